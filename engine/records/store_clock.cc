#include "records/store_clock.h"

#include <algorithm>

namespace coffer::records {

// The time never falls behind an earlier commit or call: a clock set back revives nothing.
std::int64_t StoreClock::now_ms(const format::Root& root) {
  Mark& known = mark_of(root);
  const std::int64_t now = std::max(clock_.now_ms(), root.time_high_ms);
  // A snapshot from before a clock was accepted has a time of its own.
  if (root.clock_acceptances != known.acceptances) return now;
  std::int64_t high = known.high_ms.load(std::memory_order_relaxed);
  while (high < now && !known.high_ms.compare_exchange_weak(high, now, std::memory_order_relaxed)) {
  }
  return std::max(high, now);
}

std::int64_t StoreClock::now_ms() const {
  const Mark* known = newest_.load(std::memory_order_acquire);
  const std::int64_t now = clock_.now_ms();
  return known == nullptr ? now : std::max(now, known->high_ms.load(std::memory_order_relaxed));
}

StoreClock::Mark& StoreClock::mark_of(const format::Root& root) {
  Mark* known = newest_.load(std::memory_order_acquire);
  if (known != nullptr && known->acceptances >= root.clock_acceptances) return *known;
  const std::lock_guard lock(mutex_);
  known = newest_.load(std::memory_order_relaxed);
  if (known != nullptr && known->acceptances >= root.clock_acceptances) return *known;
  marks_.push_back(std::make_unique<Mark>());
  marks_.back()->acceptances = root.clock_acceptances;
  newest_.store(marks_.back().get(), std::memory_order_release);
  return *marks_.back();
}

std::int64_t StoreClock::behind_ms(std::int64_t now_ms) const {
  return std::max(std::int64_t{0}, now_ms - clock_.now_ms());
}

}  // namespace coffer::records
