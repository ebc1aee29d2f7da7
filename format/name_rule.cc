#include "format/name_rule.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace coffer::format {
namespace {

// Every character that Unicode calls white space, and the four separators of ASCII, which Python's
// isspace() counts too.
bool is_whitespace(std::string_view character) {
  if (character.size() == 1) {
    const char letter = character.front();
    return letter == ' ' || (letter >= 0x09 && letter <= 0x0D) ||
           (letter >= 0x1C && letter <= 0x1F);
  }
  constexpr std::array<std::string_view, 18> kWide = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
      "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
      "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
      "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F"};
  return character == "\xE3\x80\x80" ||
         std::find(kWide.begin(), kWide.end(), character) != kWide.end();
}

struct Whitespace {
  bool any = false;
  bool all = true;
};

Whitespace whitespace_in(std::string_view text) {
  Whitespace found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::max<std::size_t>(utf8::sequence_bytes(text.substr(at)), 1);
    const bool is_blank = is_whitespace(text.substr(at, size));
    found.any = found.any || is_blank;
    found.all = found.all && is_blank;
    at += size;
  }
  return found;
}

// One step in a set of characters: "a-z" or a character by itself.
struct Range {
  char first;
  char last;
};

Range take_range(std::string_view& set) {
  COFFER_CHECK(!set.empty());
  const bool is_range = set.size() > 2 && set[1] == '-';
  const Range range{set[0], set[is_range ? 2 : 0]};
  set.remove_prefix(is_range ? 3 : 1);
  return range;
}

bool holds(std::string_view set, char letter) {
  while (!set.empty()) {
    const Range range = take_range(set);
    if (letter >= range.first && letter <= range.last) return true;
  }
  return false;
}

bool is_set(std::string_view set) {
  if (set.size() > kRuleCharactersMax) return false;
  if (std::any_of(set.begin(), set.end(), [](char c) { return c <= ' ' || c > '~'; })) return false;
  while (!set.empty()) {
    const Range range = take_range(set);
    if (range.first > range.last) return false;
  }
  return true;
}

Result<void> check_rule(const NameRule& rule) {
  if (!is_set(rule.characters) || !is_set(rule.ends))
    return Error(ErrorCode::usage, "a rule for names has a set of characters that is none",
                 "at most 64 of ASCII without blanks, with ranges that rise, as a-z0-9-");
  if (rule.white_space > WhiteSpace::forbidden)
    return Error(ErrorCode::usage, "a rule for names has no such rule for white space");
  if (rule.bytes_min > kRuleBytesMax || rule.bytes_max > kRuleBytesMax)
    return Error(ErrorCode::limit, "a rule for names has a length that no name can have")
        .with_number(kRuleBytesMax);
  if (rule.bytes_max != 0 && rule.bytes_max < rule.bytes_min)
    return Error(ErrorCode::usage, "a rule for names has a largest length below the smallest");
  return {};
}

enum class Fault { none, too_short, too_long, character, end, blank };

Fault fault_of(const NameRule& rule, std::string_view name) {
  if (name.size() < rule.bytes_min) return Fault::too_short;
  if (rule.bytes_max != 0 && name.size() > rule.bytes_max) return Fault::too_long;
  if (rule.white_space != WhiteSpace::allowed) {
    const Whitespace found = whitespace_in(name);
    const bool is_refused = rule.white_space == WhiteSpace::forbidden ? found.any : found.all;
    if (is_refused) return Fault::blank;
  }
  const auto is_allowed = [&rule](char letter) { return holds(rule.characters, letter); };
  if (!rule.characters.empty() && !std::all_of(name.begin(), name.end(), is_allowed))
    return Fault::character;
  if (!rule.ends.empty() && !name.empty() &&
      (!holds(rule.ends, name.front()) || !holds(rule.ends, name.back())))
    return Fault::end;
  return Fault::none;
}

constexpr Advice kSeeRules = Advice::see_name_rules;

Error component_error(Fault fault, const NameRule& rule) {
  switch (fault) {
    case Fault::too_short:
      return Error(ErrorCode::usage, "a part of the path is shorter than names here may be",
                   kSeeRules)
          .with_number(rule.bytes_min);
    case Fault::too_long:
      return Error(ErrorCode::usage, "a part of the path is longer than names here may be",
                   kSeeRules)
          .with_number(rule.bytes_max);
    case Fault::end:
      return {ErrorCode::usage, "a part of the path begins or ends with a character that may not",
              kSeeRules};
    case Fault::blank:
      return {ErrorCode::usage, "a part of the path has white space, or nothing else", kSeeRules};
    default: break;
  }
  return {ErrorCode::usage, "a part of the path has a character that names here may not have",
          kSeeRules};
}

Error field_error(Fault fault) {
  switch (fault) {
    case Fault::too_short:
    case Fault::too_long:
      return {ErrorCode::usage, "a field's name is shorter or longer than names here may be",
              kSeeRules};
    case Fault::blank:
      return {ErrorCode::usage, "a field's name has white space, or nothing else", kSeeRules};
    default: break;
  }
  return {ErrorCode::usage, "a field's name has a character that names here may not have",
          kSeeRules};
}

}  // namespace

Result<void> check_rules(const NameRules& rules) {
  COFFER_TRY(check_rule(rules.components));
  return check_rule(rules.fields);
}

Result<void> check_components(const NameRule& rule, std::string_view below) {
  if (allows_any(rule)) return {};
  for (std::size_t begin = 0; begin <= below.size();) {
    const std::size_t end = std::min(below.find('/', begin), below.size());
    const Fault fault = fault_of(rule, below.substr(begin, end - begin));
    if (fault != Fault::none)
      return text::about_if_printable(component_error(fault, rule), Subject::Kind::path, below);
    begin = end + 1;
  }
  return {};
}

Result<void> check_field_name(const NameRule& rule, std::string_view name) {
  const Fault fault = fault_of(rule, name);
  if (fault == Fault::none) return {};
  return text::about_if_printable(field_error(fault), Subject::Kind::name, name);
}

}  // namespace coffer::format
