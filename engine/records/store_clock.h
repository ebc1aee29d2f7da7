// The store's time: the clock's time, but never earlier than a commit or call saw before.
#pragma once

#include <coffer/clock.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "format/records.h"

namespace coffer::records {

/// Thread-safe. Times are milliseconds since 1970.
class StoreClock {
 public:
  /// `clock` outlives this.
  explicit StoreClock(const Clock& clock) : clock_(clock) {}
  StoreClock(const StoreClock&) = delete;
  StoreClock& operator=(const StoreClock&) = delete;

  /// The time for a transaction that sees `root`. Later calls return no earlier time, unless a root
  /// says that a lower time was accepted.
  std::int64_t now_ms(const format::Root& root);
  /// The latest time that this process saw, or the clock's time if it is later.
  std::int64_t now_ms() const;
  /// The time that the clock itself shows.
  std::int64_t shown_ms() const { return clock_.now_ms(); }
  /// How many ms the clock is behind `now_ms`, a time of this store; 0: it is not behind.
  std::int64_t behind_ms(std::int64_t now_ms) const;

 private:
  /// The latest time seen since the store's time was last lowered on purpose.
  struct Mark {
    std::uint64_t acceptances = 0;
    std::atomic<std::int64_t> high_ms{0};
  };
  Mark& mark_of(const format::Root& root);

  const Clock& clock_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Mark>> marks_;  // Under mutex_. None is freed: a thread may use it.
  std::atomic<Mark*> newest_{nullptr};        // Null before the first transaction.
};

}  // namespace coffer::records
