// Buckets are split at a number of records that a test can reach, while this lives.
#pragma once

#include "records/sealing/split_threshold.h"

namespace coffer::test {

class SplitAt {
 public:
  explicit SplitAt(std::uint64_t records) : before_(records::split_at_records.exchange(records)) {}
  ~SplitAt() { records::split_at_records.store(before_); }
  SplitAt(const SplitAt&) = delete;
  SplitAt& operator=(const SplitAt&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace coffer::test
