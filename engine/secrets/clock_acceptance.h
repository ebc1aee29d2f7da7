// What accepting a clock means for the times that are written down.
#pragma once

#include <cstdint>
#include <functional>

#include <coffer/result.h>

namespace coffer::secrets {

class Transaction;

/// The store's present falls from one time to another.
struct ClockChange {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;

  /// An end (0: none), by the new time: what was over stays so, and what was written in the
  /// rejected time keeps the time it had left.
  std::int64_t end_of(std::int64_t end_ms, std::int64_t written_at_ms) const;
};

/// For records with times of their own that the floor above keeps.
using NotesMover = std::function<Result<void>(Transaction&, const ClockChange&)>;

}  // namespace coffer::secrets
