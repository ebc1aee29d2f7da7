// What the meta page leads to that LMDB did not take for the newest.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace coffer::storage {

struct OtherEntry {
  std::uint64_t transaction = 0;  ///< The commit that the meta page says it is of.
  Bytes value;
};

/// What the unnamed table held under `key` in the state before the newest commit, whose pages no
/// writer reuses before the next. Nothing where that state cannot be read: its pages are followed
/// with every bound checked, and nobody's answer rests on them.
std::optional<OtherEntry> entry_of_other_meta(int file_descriptor, ByteView key);

}  // namespace coffer::storage
