// What holds for one path: the store's settings and those of the scopes it lies in.
#pragma once

#include <string_view>

#include "format/records.h"

namespace coffer::secrets {

struct Scope {
  std::uint64_t value_bytes_max = 0;
  NameProfile names = NameProfile::core;
  std::string_view below;  ///< The part of the path that the profile speaks of.
};

/// The views live as long as `path`.
Scope scope_of(const format::Settings& settings, std::string_view path);

}  // namespace coffer::secrets
