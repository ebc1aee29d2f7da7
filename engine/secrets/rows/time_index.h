// The time index: what is due when, oldest first, so that a sweep costs what is due and
// not what exists. The time stands in the key; what is due is sealed.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

Result<void> add_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                     std::int64_t due_at_ms, Pending::Why why, std::string_view path);
/// An entry that is not there is no error.
Result<void> remove_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                        std::int64_t due_at_ms, Pending::Why why);
/// Removes every entry that a version with this header has.
Result<void> remove_all_due(Writing& writing, const format::PathHash& hash, std::uint64_t version,
                            const format::VersionHeader& header);

}  // namespace coffer::secrets
