// The settings that apply to one path: the store's, and those of the scopes that cover the path.
#pragma once

#include <string_view>

#include "format/records.h"

namespace coffer::secrets {

struct Scope {
  std::uint64_t value_bytes_max = 0;
  const NameRules* names = nullptr;
  std::string_view below;  ///< The part of the path that `names` applies to.
};

/// The result refers to `settings` and `path`, which must outlive it.
Scope scope_of(const format::Settings& settings, std::string_view path);

}  // namespace coffer::secrets
