// The time index: entries in the order of their due time, so that a sweep reads only what is due.
// The time is in the key; the path is sealed.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

Result<void> add_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                     std::int64_t due_at_ms, Pending::Why why, std::string_view path);
/// A missing entry is no error.
Result<void> remove_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                        std::int64_t due_at_ms, Pending::Why why);
/// Removes every entry of a version with this header.
Result<void> remove_all_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                            const format::VersionHeader& header);

}  // namespace coffer::secrets
