// The clock: a seam, so that tests turn time and a host can supply its own.
#pragma once

#include <coffer/export.h>

#include <cstdint>

namespace coffer {

class COFFER_API Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970-01-01T00:00:00Z. May jump: the engine keeps a high-water mark.
  virtual std::int64_t now_ms() const = 0;
  /// The system's real-time clock.
  static const Clock& system();
};

}  // namespace coffer
