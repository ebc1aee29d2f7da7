// What holds for one path: the store's settings and those of the scopes it lies in.
#pragma once

#include <string_view>

#include "format/records.h"

namespace coffer::secrets {

struct Scope {
  std::uint64_t value_bytes_max = 0;
  const NameRules* names = nullptr;
  std::string_view below;  ///< The part of the path that `names` speaks of.
};

/// It refers to `settings` and `path`, which must outlive it.
Scope scope_of(const format::Settings& settings, std::string_view path);

}  // namespace coffer::secrets
