#include <coffer/value.h>

#include <unordered_set>

#include "text/json.h"
#include "text/json_writer.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace coffer {
namespace {

// Parses a value that must have fields.
Result<json::Document> parse_object(const Value& value) {
  if (!value.is_json()) {
    return Error(ErrorCode::usage, "an opaque value has no fields",
                 "read it as a whole, without a field");
  }
  auto document = json::Document::parse(value.text());
  if (!document.ok()) return document;
  if (document->type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "this JSON value is not an object, so it has no fields",
                 "read it as a whole, without a field");
  }
  return document;
}

Error no_such_field() {
  return {ErrorCode::not_found, "the value has no such field",
          "the whole value, read without a field, shows which it has"};
}

Error about_field(Error error, std::string_view name) {
  return text::about_if_printable(std::move(error), Subject::Kind::name, name);
}

}  // namespace

Value Value::opaque(std::span<const std::uint8_t> bytes) {
  return opaque(SecretBytes::copy_of(bytes));
}

Value Value::opaque(std::string_view text) { return opaque(SecretBytes::copy_of(text)); }

Result<Value> Value::json(std::string_view text) {
  auto document = json::Document::parse(text);
  if (!document.ok()) return std::move(document).error();
  return Value(Form::json, SecretBytes::copy_of(text));
}

Result<Value> Value::json(SecretBytes text) {
  auto document = json::Document::parse(text.text());
  if (!document.ok()) return std::move(document).error();
  return Value(Form::json, std::move(text));
}

Result<Value> Value::fields(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::unordered_set<std::string_view> names;
  json::Writer object;
  object.open('{');
  for (const auto& [name, content] : fields) {
    if (!utf8::is_valid(name)) return Error(ErrorCode::usage, "a field's name is not valid UTF-8");
    if (!utf8::is_valid(content))
      return about_field(Error(ErrorCode::usage, "a field's text is not valid UTF-8"), name);
    if (!names.insert(name).second)
      return about_field(Error(ErrorCode::usage, "two fields have the same name"), name);
    object.key(name).string(content);
  }
  return Value(Form::json, object.close('}').take());
}

Result<Value> Value::field(std::string_view name) const {
  const auto document = parse_object(*this);
  if (!document.ok()) return document.error();
  const json::NodeId member = document->find(0, name);
  if (member == json::kNoNode) return about_field(no_such_field(), name);
  if (document->type(member) == json::Type::string) return opaque(document->string(member));
  return Value(Form::json, SecretBytes::copy_of(document->raw(member)));
}

namespace {

struct Place {
  json::Document document;
  json::NodeId node = json::kNoNode;
};

Result<Place> find_place(const Value& value, std::string_view field) {
  if (!field.starts_with('/')) {
    json::Document document = COFFER_TRY(parse_object(value));
    const json::NodeId node = document.find(0, field);
    return Place{std::move(document), node};
  }
  if (!value.is_json()) {
    return Error(ErrorCode::usage, "an opaque value has no places that a JSON pointer could name",
                 "read it as a whole, without a field");
  }
  json::Document document = COFFER_TRY(json::Document::parse(value.text()));
  const auto pointer = json::parse_pointer(field);
  if (!pointer.ok()) return about_field(pointer.error(), field);
  const json::NodeId node = json::resolve(document, *pointer);
  return Place{std::move(document), node};
}

Result<Place> require_place(const Value& value, std::string_view field) {
  Place place = COFFER_TRY(find_place(value, field));
  if (place.node != json::kNoNode) return place;
  return about_field(field.starts_with('/')
                         ? Error(ErrorCode::not_found, "the value has nothing at this place",
                                 "the whole value, read without a field, shows what it has")
                         : no_such_field(),
                     field);
}

}  // namespace

Result<Value> Value::at(std::string_view field) const {
  const Place place = COFFER_TRY(require_place(*this, field));
  if (place.document.type(place.node) == json::Type::string)
    return opaque(place.document.string(place.node));
  return Value(Form::json, SecretBytes::copy_of(place.document.raw(place.node)));
}

Result<Value> Value::json_at(std::string_view field) const {
  const Place place = COFFER_TRY(require_place(*this, field));
  return Value(Form::json, SecretBytes::copy_of(place.document.raw(place.node)));
}

Result<std::vector<std::string>> Value::field_names() const {
  const auto document = parse_object(*this);
  if (!document.ok()) return document.error();
  std::vector<std::string> names;
  names.reserve(document->child_count(0));
  for (json::NodeId member = document->first_child(0); member != json::kNoNode;
       member = document->next_sibling(member)) {
    names.emplace_back(document->key(member));
  }
  return names;
}

}  // namespace coffer
