#include "tools/exchange/name_rules_json.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kNotAlone = "not_alone";
constexpr std::string_view kForbidden = "forbidden";

void append_rule(json::Writer& json, const NameRule& rule) {
  json.open('{');
  if (!rule.characters.empty()) json.key("characters").string(rule.characters);
  if (!rule.ends.empty()) json.key("ends").string(rule.ends);
  if (rule.bytes_min != 0) json.key("bytes_min").number(rule.bytes_min);
  if (rule.bytes_max != 0) json.key("bytes_max").number(rule.bytes_max);
  if (rule.white_space != WhiteSpace::allowed)
    json.key("white_space")
        .string(rule.white_space == WhiteSpace::forbidden ? kForbidden : kNotAlone);
  json.close('}');
}

Spot::Take into_rule(NameRule& rule) {
  return [&rule](const Spot& spot) {
    return spot.members(
        {{"characters", into(rule.characters, &Spot::string)},
         {"ends", into(rule.ends, &Spot::string)},
         {"bytes_min", into(rule.bytes_min, &Spot::number_as<std::uint32_t>)},
         {"bytes_max", into(rule.bytes_max, &Spot::number_as<std::uint32_t>)},
         {"white_space", [&rule](const Spot& member) -> Result<void> {
            const std::string word = COFFER_TRY(member.string());
            if (word != kNotAlone && word != kForbidden)
              return member.refuse({ErrorCode::usage, "takes not_alone or forbidden"});
            rule.white_space = word == kForbidden ? WhiteSpace::forbidden : WhiteSpace::not_alone;
            return {};
          }}});
  };
}

}  // namespace

void append_name_rules(json::Writer& json, const NameRules& rules) {
  json.open('{');
  if (rules.components != NameRule{}) append_rule(json.key("components"), rules.components);
  if (rules.fields != NameRule{}) append_rule(json.key("fields"), rules.fields);
  json.close('}');
}

Result<NameRules> read_name_rules(const Spot& spot) {
  NameRules rules;
  COFFER_TRY(spot.members(
      {{"components", into_rule(rules.components)}, {"fields", into_rule(rules.fields)}}));
  return rules;
}

}  // namespace coffer::tools
