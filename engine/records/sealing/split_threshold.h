// From how many records on a store's buckets are split into leaves. Which bucket is split
// stands in the store; this is only when it comes to be so.
#pragma once

#include <atomic>
#include <cstdint>

namespace coffer::records {

/// Entries of the history table. Below it a bucket has few records, and 256 keys for them
/// would cost more than they save. Tests set it to a few.
inline std::atomic<std::uint64_t> split_at_records{65'536};

}  // namespace coffer::records
