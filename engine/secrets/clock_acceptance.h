// How accepting a clock changes the times that are stored.
#pragma once

#include <cstdint>
#include <functional>

#include <coffer/result.h>

namespace coffer::secrets {

class Transaction;

/// The store's time falls from `from_ms` to `to_ms` (ms since 1970).
struct ClockChange {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;

  /// The new end for an end of `end_ms` (0: none): an end that has passed stays passed, and a
  /// record written in the rejected time keeps its remaining time.
  std::int64_t end_of(std::int64_t end_ms, std::int64_t written_at_ms) const;
};

/// Moves the times in records of the floor above.
using NotesMover = std::function<Result<void>(Transaction&, const ClockChange&)>;

}  // namespace coffer::secrets
