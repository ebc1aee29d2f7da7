// Checks the page structure of an LMDB 0.9 data file before LMDB reads it.
//
// LMDB trusts its file: a flipped byte or a cut tail makes it read out of bounds
// (CVE-2019-16224 .. 16228, which its authors decided not to fix). This walk proves that
// every pointer in the file leads to a place inside it: both meta pages, every page of
// the live trees, every node, the free list. It proves the structure only; the AEAD
// protects the content.
//
// It accepts files as this engine writes them: 64-bit little-endian, data version 1, a
// page size that is a power of two from 4096 to 32768 (LMDB's own bound), tables without
// any flag (no DUPSORT, no INTEGERKEY, no REVERSEKEY). Two things look like damage and are
// accepted: a file that ends before its last page number, if every page past the end is
// in the free list (LMDB does not write a page that one transaction took and gave back),
// and a torn page at the end that no tree uses (the disk was full). In the older meta page
// only the part that LMDB reads is checked: a failed write may have mixed up the rest.
#pragma once

#include <coffer/result.h>

#include <cstdint>

#include "base/bytes.h"

namespace coffer::storage {

struct PageReport {
  std::uint64_t transaction_id = 0;  ///< From the newest valid meta page.
  std::uint64_t pages_in_use = 0;    ///< Meta pages, trees and overflow runs of that transaction.
  std::uint64_t pages_free = 0;      ///< Named by the free list.
  std::uint64_t entry_count = 0;     ///< Records of all tables; the tables' names do not count.
};

/// Checks a whole file image. Errors: corrupt (number() = the page), too_new (an LMDB
/// version that this engine does not read), limit (no memory for one bit per page). Never
/// reads outside `file`, whatever it holds. Needs one bit per page, and 8 bytes for every
/// free page past the file's end. Thread-safe.
Result<PageReport> verify_pages(ByteView file);

/// Checks `transaction` in an open file that other processes may write meanwhile. It must be the
/// newest one, and a reader of it must be open, which keeps its pages from being overwritten.
/// Reads page by page, so that a file cut short raises no signal. Errors: as above; busy
/// (`transaction` is not the newest: a commit came in between, or the reader has another file), io.
Result<PageReport> verify_snapshot(int file_descriptor, std::uint64_t transaction);
/// Checks the heads of both meta pages, which is all that LMDB reads before its first
/// transaction. Errors: as above.
Result<void> verify_headers(int file_descriptor);

/// Checks a store's open file through a private mapping. The caller holds the store's lock, so
/// that nobody writes meanwhile; a commit that disturbs the walk gives busy. A file cut short
/// under the mapping can raise SIGBUS, as under LMDB itself; if the walk survives the cut, it
/// gives busy. Errors: as above, busy, and io.
Result<PageReport> verify_pages(int file_descriptor);

}  // namespace coffer::storage
