// Rules for names beyond those of every path: what a part of the store takes as a name, by its
// settings.
#pragma once

#include <coffer/result.h>
#include <coffer/settings.h>

#include <string_view>

namespace coffer::format {

inline constexpr std::size_t kRuleCharactersMax = 64;
inline constexpr std::uint32_t kRuleBytesMax = 1024;

inline bool allows_any(const NameRule& rule) {
  return rule.characters.empty() && rule.ends.empty() && rule.bytes_min == 0 &&
         rule.bytes_max == 0 && rule.white_space == WhiteSpace::allowed;
}
inline bool allows_any(const NameRules& rules) {
  return allows_any(rules.components) && allows_any(rules.fields);
}

/// Whether the rules can be kept, and some name can hold to them. Errors: usage, limit.
Result<void> check_rules(const NameRules& rules);

/// `below`: the path from below the scope that has the rule. Errors: usage.
Result<void> check_components(const NameRule& rule, std::string_view below);
/// The name of a member of a JSON object. Errors: usage.
Result<void> check_field_name(const NameRule& rule, std::string_view name);

}  // namespace coffer::format
