#include "tools/verbs/store/name_presets.h"

#include "tools/command/fail.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kCore = "core";
constexpr std::string_view kCustom = "custom";

void add(std::string& text, const std::string& more) { text += (text.empty() ? "" : ", ") + more; }

std::string in_words(const NameRule& rule) {
  std::string text;
  if (!rule.characters.empty()) add(text, "of " + printable(rule.characters));
  if (!rule.ends.empty()) add(text, "at the ends " + printable(rule.ends));
  if (rule.bytes_min > 1) add(text, "at least " + std::to_string(rule.bytes_min) + " bytes");
  if (rule.bytes_min == 1) add(text, "not empty");
  if (rule.bytes_max != 0) add(text, "at most " + std::to_string(rule.bytes_max) + " bytes");
  if (rule.white_space == WhiteSpace::not_alone) add(text, "not white space alone");
  if (rule.white_space == WhiteSpace::forbidden) add(text, "no white space");
  return text;
}

}  // namespace

Result<NameRules> find_name_rules(std::string_view preset) {
  if (preset == kCore) return NameRules{};
  std::string names(kCore);
  for (const NamePreset& each : product_name_presets()) {
    if (each.name == preset) return each.rules();
    names += ", " + std::string(each.name);
  }
  set_hint("one of " + names);
  return Error(ErrorCode::usage, "takes the name of a preset")
      .about(Subject::Kind::name, "--names");
}

std::string_view preset_of(const NameRules& rules) {
  if (rules == NameRules{}) return kCore;
  for (const NamePreset& each : product_name_presets()) {
    if (rules == each.rules()) return each.name;
  }
  return kCustom;
}

std::string presets_in_words() {
  std::string text = std::string(kCore) + " (any)";
  const std::span<const NamePreset> presets = product_name_presets();
  for (const NamePreset& each : presets) {
    text += &each == &presets.back() ? " or " : ", ";
    text += std::string(each.name) + " (" + std::string(each.meaning) + ")";
  }
  return text;
}

std::string in_words(const NameRules& rules) {
  const std::string components = in_words(rules.components);
  const std::string fields = in_words(rules.fields);
  std::string text(preset_of(rules));
  if (!components.empty()) text += ": in a path " + components;
  if (!fields.empty()) text += (components.empty() ? ": in fields " : "; in fields ") + fields;
  return text;
}

}  // namespace coffer::tools
