// Reads the page structure of an LMDB 0.9 data file before LMDB does.
//
// LMDB trusts its file: a flipped byte or a cut tail makes it read out of bounds
// (CVE-2019-16224 .. 16228, unfixed by decision of its authors). This walk proves
// that following the file's own pointers stays inside it: both meta pages, every
// page of the live trees, every node, the free list. It proves structure, not
// content; content is the AEAD's.
#pragma once

#include <coffer/result.h>

#include <cstdint>

#include "base/bytes.h"

namespace coffer::storage {

struct PageReport {
  std::uint64_t transaction_id = 0;  ///< Of the newest valid meta page.
  std::uint64_t pages_in_use = 0;
  std::uint64_t entry_count = 0;
};

/// Checks a whole file image. Errors: corrupt (number() = the page), too_new (an LMDB
/// version that this engine does not read). Never reads outside `file`. Thread-safe.
Result<PageReport> verify_pages(ByteView file);

/// The same for an open file of a store, read through a private mapping.
/// Errors: as above, and io.
Result<PageReport> verify_pages(int file_descriptor);

}  // namespace coffer::storage
