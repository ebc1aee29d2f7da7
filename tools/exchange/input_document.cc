#include "tools/exchange/input_document.h"

#include <iterator>

#include "base/base64.h"
#include "tools/command/fail.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

void hint_at(const std::vector<Spot::Member>& known) {
  std::string text = "the known members are: ";
  for (const Spot::Member& member : known) {
    if (&member != &known.front()) text += ", ";
    text += member.name;
    if (member.required) text += " (required)";
  }
  set_hint(std::move(text));
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

Spot input_reader(const json::Document& document, std::string_view source, std::string pointer) {
  return {document, {.name = source, .on_wrong_members = hint_at}, std::move(pointer)};
}

Spot::Take into_custom(std::optional<std::map<std::string, std::string>>& custom) {
  return [&custom](const Spot& spot) -> Result<void> {
    if (custom) return spot.refuse({ErrorCode::usage, "custom metadata is given twice"});
    custom = COFFER_TRY(spot.strings_by_name());
    return {};
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

void append_value_member(json::Writer& json, const Value& value) {
  if (value.is_json()) {
    json.key("data").raw(value.text());
  } else if (json::is_valid_utf8(value.text())) {
    json.key("value").string(value.text());
  } else {
    json.key("value_base64").base64(value.bytes().bytes());
  }
}

}  // namespace coffer::tools
