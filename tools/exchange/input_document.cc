#include "tools/exchange/input_document.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/base64.h"
#include "engine/text/time_text.h"
#include "tools/command/fail.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

std::string names_of(const std::vector<Spot::Member>& known) {
  std::string text = "the known members are: ";
  for (const Spot::Member& member : known) {
    if (&member != &known.front()) text += ", ";
    text += member.name;
    if (member.required) text += " (required)";
  }
  return text;
}

}  // namespace

Result<json::Document> parse_input(std::string_view text, std::string_view source, Place begin) {
  constexpr json::Limits kLimits{.depth = 128, .nodes = 4'000'000};
  auto document = json::Document::parse(text, kLimits);
  if (document) return document;
  return at_json_place(std::move(document).error(), source, text, begin);
}

Result<json::Document> parse_input(SecretBytes text, std::string_view source) {
  return parse_input(text.text(), source, {});
}

Error Spot::refuse(Error error) const {
  if (error.code() == ErrorCode::usage && error.hint().empty())
    error =
        std::move(error).with_hint("correct the document at this place, which is a JSON Pointer");
  return std::move(error).about(Subject::Kind::pointer, place());
}

Spot Spot::child(json::NodeId node, std::string_view token) const {
  Spot child = *this;
  child.node_ = node;
  child.pointer_ += json::print_pointer({std::string(token)});
  return child;
}

Result<std::string> Spot::string() const {
  if (type() == json::Type::string) return std::string(characters());
  return refuse({ErrorCode::usage, "must be a string"});
}

Result<std::uint64_t> Spot::number() const {
  const std::string_view text = raw();
  std::uint64_t number = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (type() != json::Type::number || failure != std::errc() || stop != text.data() + text.size()) {
    return refuse({ErrorCode::usage, "must be a whole number"});
  }
  return number;
}

Result<bool> Spot::boolean() const {
  if (type() == json::Type::boolean) return document_->boolean(node_);
  return refuse({ErrorCode::usage, "must be true or false"});
}

Result<std::int64_t> Spot::time() const {
  if (is_null()) return std::int64_t{0};
  const std::string text = COFFER_TRY(string());
  Result<std::int64_t> ms = text::parse_time(text);
  if (ms) return ms;
  return refuse({ErrorCode::usage, "must be a time such as 2026-11-24T12:00:00Z"});
}

Result<std::int64_t> Spot::duration() const {
  std::string text = type() == json::Type::number ? std::string(raw()) : COFFER_TRY(string());
  const bool in_ms = text.ends_with("ms");
  if (in_ms) text.resize(text.size() - 2);
  const Result<std::int64_t> parsed = text::parse_duration(text);
  if (!parsed || (in_ms && text.find_first_not_of("0123456789") != std::string::npos)) {
    return refuse({ErrorCode::usage, "must be a duration such as 90s, 15m, 2h or 30d"});
  }
  return in_ms ? *parsed / 1000 : *parsed;
}

Result<std::vector<std::string>> Spot::strings() const {
  std::vector<std::string> all;
  COFFER_TRY(each_element([&](const Spot& element) -> Result<void> {
    all.push_back(COFFER_TRY(element.string()));
    return {};
  }));
  return all;
}

Result<std::vector<std::uint64_t>> Spot::numbers() const {
  std::vector<std::uint64_t> all;
  COFFER_TRY(each_element([&](const Spot& element) -> Result<void> {
    all.push_back(COFFER_TRY(element.number()));
    return {};
  }));
  return all;
}

Result<void> Spot::members(const std::vector<Member>& known) const {
  COFFER_TRY(each_member([&known](std::string_view name, const Spot& spot) -> Result<void> {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [name](const Member& member) { return member.name == name; });
    if (found != known.end()) return found->take(spot);
    set_hint(names_of(known));
    return spot.refuse({ErrorCode::usage, "this member is unknown"});
  }));
  for (const Member& member : known) {
    if (member.required && !find(member.name)) {
      set_hint(names_of(known));
      return child(node_, member.name).refuse({ErrorCode::usage, "is missing"});
    }
  }
  return {};
}

Result<void> Spot::each_member(
    const std::function<Result<void>(std::string_view name, const Spot&)>& take) const {
  if (!is_object()) return refuse({ErrorCode::usage, "must be a JSON object"});
  for (json::NodeId node = document_->first_child(node_); node != json::kNoNode;
       node = document_->next_sibling(node)) {
    const std::string_view key = document_->key(node);
    COFFER_TRY(take(key, child(node, key)));
  }
  return {};
}

Result<void> Spot::each_element(const Take& take) const {
  if (type() != json::Type::array) return refuse({ErrorCode::usage, "must be a JSON array"});
  std::size_t index = 0;
  for (json::NodeId node = document_->first_child(node_); node != json::kNoNode;
       node = document_->next_sibling(node)) {
    COFFER_TRY(take(child(node, std::to_string(index++))));
  }
  return {};
}

std::optional<Spot> Spot::find(std::string_view name) const {
  const json::NodeId node = document_->find(node_, name);
  if (node == json::kNoNode) return std::nullopt;
  return child(node, name);
}

Spot::Take into_custom(std::optional<std::map<std::string, std::string>>& custom) {
  return [&custom](const Spot& spot) -> Result<void> {
    if (custom) return spot.refuse({ErrorCode::usage, "custom metadata is given twice"});
    custom.emplace();
    return spot.each_member([&](std::string_view name, const Spot& value) -> Result<void> {
      custom->emplace(name, COFFER_TRY(value.string()));
      return {};
    });
  };
}

Result<void> take_metadata(const Spot& spot, MetadataChange& change,
                           std::vector<Spot::Member> others) {
  const auto max_versions = [&change](const Spot& member) -> Result<void> {
    const std::uint64_t number = COFFER_TRY(member.number());
    if (number > UINT32_MAX) return member.refuse({ErrorCode::usage, "is too large"});
    change.max_versions = static_cast<std::uint32_t>(number);
    return {};
  };
  const Spot::Member known[] = {
      {"max_versions", max_versions},
      {"cas_required", into(change.cas_required, &Spot::boolean)},
      {"delete_version_after", into(change.delete_version_after_ms, &Spot::duration)},
      {"kind", into(change.kind, &Spot::string)},
      {"description", into(change.description, &Spot::string)},
      {"owner", into(change.owner, &Spot::string)},
      {"tags", into(change.tags, &Spot::strings)},
      {"custom_metadata", into_custom(change.custom)},
      {"custom", into_custom(change.custom)},
  };
  others.insert(others.end(), std::begin(known), std::end(known));
  return spot.members(others);
}

Result<void> ValueMembers::set(const Spot& spot, Value value) {
  if (value_) {
    return spot.refuse({ErrorCode::usage, "a value is given in more than one way",
                        "give one of \"data\", \"value\" and \"value_base64\""});
  }
  value_ = std::move(value);
  return {};
}

Spot::Member ValueMembers::data() {
  return {"data", [this](const Spot& spot) -> Result<void> {
            return set(spot, COFFER_TRY(Value::json(spot.raw())));
          }};
}

Spot::Member ValueMembers::value() {
  return {"value", [this](const Spot& spot) -> Result<void> {
            if (spot.type() != json::Type::string) {
              return spot.refuse(
                  {ErrorCode::usage, "must be a string", "\"data\" holds any other JSON value"});
            }
            return set(spot, Value::opaque(spot.characters()));
          }};
}

Spot::Member ValueMembers::value_base64() {
  return {"value_base64", [this](const Spot& spot) -> Result<void> {
            std::optional<SecretBytes> bytes;
            if (spot.type() == json::Type::string) bytes = decode_base64(spot.characters());
            if (bytes) return set(spot, Value::opaque(std::move(*bytes)));
            return spot.refuse({ErrorCode::usage, "must be base64 with its padding (RFC 4648)"});
          }};
}

void append_value_member(SecretBytes& out, const Value& value) {
  if (value.is_json()) {
    out.append("\"data\":");
    out.append(value.text());
  } else if (json::is_valid_utf8(value.text())) {
    out.append("\"value\":");
    json::append_quoted(out, value.text());
  } else {
    out.append("\"value_base64\":\"");
    append_base64(out, value.bytes().bytes());
    out.push_back('"');
  }
}

}  // namespace coffer::tools
