// The products' presets of `settings put --names`.
#include <array>

#include "tools/products/dataos/name_rules.h"
#include "tools/products/vdk/name_rules.h"
#include "tools/verbs/store/name_presets.h"

namespace coffer::tools {

std::span<const NamePreset> product_name_presets() {
  static constexpr std::array kPresets = {
      NamePreset{"vdk", "none of blanks only, fields without white space", vdk_names},
      NamePreset{"dataos", "2 to 48 of a-z, 0-9 and `-`", dataos_names}};
  return kPresets;
}

}  // namespace coffer::tools
