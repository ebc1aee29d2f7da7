// The number of records from which on a store splits its buckets into leaves. The root says which
// buckets are split already.
#pragma once

#include <atomic>
#include <cstdint>

namespace coffer::records {

/// Counts rows of the history table. A smaller store has few records a bucket, and 256 leaf keys
/// would cost more than they save. Tests lower it.
inline std::atomic<std::uint64_t> split_at_records{65'536};

}  // namespace coffer::records
