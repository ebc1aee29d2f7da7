// The clock, as a seam: tests set the time, and a host can supply its own clock.
#pragma once

#include <coffer/export.h>

#include <cstdint>

namespace coffer {

/// If a clock is set back by at most this much, the store's time stands still until the clock has
/// caught up. A clock that is further behind (a machine that boots in 1970) cannot tell what has
/// expired.
inline constexpr std::int64_t kClockBehindMaxMs = std::int64_t{5} * 60 * 1000;

class COFFER_API Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z. May jump: the engine keeps a high-water mark.
  virtual std::int64_t now_ms() const = 0;
  /// The system's real-time clock.
  static const Clock& system();
};

/// The effects of setting the store's time to the clock's, or, for a trial, what they would be.
struct ClockAcceptance {
  std::int64_t from_ms = 0;     ///< The store's time before: the latest time that it saw.
  std::int64_t to_ms = 0;       ///< The clock's time. Not before from_ms: nothing to accept.
  std::uint64_t destroyed = 0;  ///< Versions that had expired by the old time.
  std::uint64_t moved = 0;      ///< Versions whose expiry or deletion has moved.
};

}  // namespace coffer
