// Rules for names under a name, as `settings put --names` takes them and `settings get` shows them.
#pragma once

#include <coffer/result.h>
#include <coffer/settings.h>

#include <span>
#include <string>
#include <string_view>

namespace coffer::tools {

struct NamePreset {
  std::string_view name;
  std::string_view meaning;
  NameRules (*rules)();
};
/// The presets that products bring; tools/products/ defines them.
std::span<const NamePreset> product_name_presets();

/// "core" are the rules that allow any name. Errors: usage.
Result<NameRules> find_name_rules(std::string_view preset);
/// The preset that the rules equal, or "custom".
std::string_view preset_of(const NameRules& rules);
/// "core (any), vdk (...) or dataos (...)".
std::string presets_in_words();
/// The preset and what it says: "vdk: in a path not white space alone; in fields no white space".
std::string in_words(const NameRules& rules);

}  // namespace coffer::tools
