// The clock: a seam, so that tests turn time and a host can supply its own.
#pragma once

#include <coffer/export.h>

#include <cstdint>

namespace coffer {

/// A clock that is set back this far is waited for: the store's time stands still so long.
/// One that is further behind (a machine that boots in 1970) cannot tell what has expired.
inline constexpr std::int64_t kClockBehindMaxMs = std::int64_t{5} * 60 * 1000;

class COFFER_API Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z. May jump: the engine keeps a high-water mark.
  virtual std::int64_t now_ms() const = 0;
  /// The system's real-time clock.
  static const Clock& system();
};

/// What taking the clock's time for the store's did, or would do.
struct ClockAcceptance {
  std::int64_t from_ms = 0;     ///< The store's time before: the latest that was ever seen.
  std::int64_t to_ms = 0;       ///< The clock's. Not before from_ms: there is nothing to accept.
  std::uint64_t destroyed = 0;  ///< Versions whose time was over by the old time.
  std::uint64_t moved = 0;      ///< Versions whose end or deletion is at another time now.
};

}  // namespace coffer
