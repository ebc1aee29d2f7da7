// Which names DataOS takes for resources and for the keys of their data.
#pragma once

#include <coffer/settings.h>

namespace coffer::tools {

inline NameRules dataos_names() {
  return {
      .components = {.characters = "a-z0-9-", .ends = "a-z0-9", .bytes_min = 2, .bytes_max = 48},
      .fields = {.characters = "A-Za-z0-9_.-", .bytes_min = 1}};
}

}  // namespace coffer::tools
