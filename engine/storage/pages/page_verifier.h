// Reads the page structure of an LMDB 0.9 data file before LMDB does.
//
// LMDB trusts its file: a flipped byte or a cut tail makes it read out of bounds
// (CVE-2019-16224 .. 16228, unfixed by decision of its authors). This walk proves
// that following the file's own pointers stays inside it: both meta pages, every
// page of the live trees, every node, the free list. It proves structure, not
// content; content is the AEAD's.
//
// Accepted are files as this engine writes them: 64-bit little-endian, data version 1,
// a page size that is a power of two from 4096 to 32768 (LMDB's own bound), tables
// without any flag (no DUPSORT, no INTEGERKEY, no REVERSEKEY). Two things that look
// damaged are healthy, and accepted: a file that ends before its last page number, if
// every page past the end is in the free list (LMDB does not write a page that was
// taken and given back in one transaction), and a torn page at the end (the disk was
// full) that no tree uses. Of the older meta page only what LMDB reads of it counts:
// a failed meta write leaves the rest of it mixed.
#pragma once

#include <coffer/result.h>

#include <cstdint>

#include "base/bytes.h"

namespace coffer::storage {

struct PageReport {
  std::uint64_t transaction_id = 0;  ///< Of the newest valid meta page.
  std::uint64_t pages_in_use = 0;    ///< Meta pages, trees and overflow runs of that transaction.
  std::uint64_t pages_free = 0;      ///< Named by the free list.
  std::uint64_t entry_count = 0;     ///< Records of all tables; the tables' names do not count.
};

/// Checks a whole file image. Errors: corrupt (number() = the page), too_new (an LMDB
/// version that this engine does not read), limit (no memory for one bit a page). Never
/// reads outside `file`, whatever it holds; needs one bit a page and 8 bytes for every
/// free page past the file's end. Thread-safe.
Result<PageReport> verify_pages(ByteView file);

/// The same for an open file that others may write meanwhile: of `transaction`, whose pages a
/// reader keeps from being written again, and which must be the newest. Reads page by page, so
/// that a file cut short is no signal. Errors: as above; busy (it is not the newest: somebody
/// commits, or the file is not the one that the reader is of), io.
Result<PageReport> verify_snapshot(int file_descriptor, std::uint64_t transaction);
/// As much as LMDB reads before its first transaction: the head of both meta pages.
/// Errors: as above.
Result<void> verify_headers(int file_descriptor);

/// As verify_pages(), for an open file of a store, through a private mapping. Nobody may write
/// the file meanwhile (hold the store's lock): a commit in between is answered with busy
/// where it disturbed the walk. A file cut short under the mapping can still raise SIGBUS,
/// as it does under LMDB itself; a cut that the walk survives is answered with busy.
/// Errors: as above, busy, and io.
Result<PageReport> verify_pages(int file_descriptor);

}  // namespace coffer::storage
