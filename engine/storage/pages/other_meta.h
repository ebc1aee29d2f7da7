// Reads the state before the newest commit, through the older of the two meta pages.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace coffer::storage {

struct OtherEntry {
  std::uint64_t transaction = 0;  ///< The commit that the older meta page names.
  Bytes value;
};

/// The unnamed table's value under `key` before the newest commit; no writer reuses the pages of
/// that state before the next commit. Empty if the state cannot be read. Those pages are not
/// verified, so every bound is checked on the way, and no answer may rest on the result.
std::optional<OtherEntry> entry_of_other_meta(int file_descriptor, ByteView key);

}  // namespace coffer::storage
