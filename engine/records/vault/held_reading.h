// A snapshot of one instant that is kept for many reads. Time and rights are the present's.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <memory>

#include "records/vault/vault.h"

namespace coffer::records {

/// Thread-safe: reads wait for each other. The vault must outlive it.
class HeldReading {
 public:
  /// Errors: busy (no reader slot), io, corrupt.
  static Result<std::unique_ptr<HeldReading>> take(Vault& vault);
  HeldReading(const HeldReading&) = delete;
  HeldReading& operator=(const HeldReading&) = delete;

  /// One read of the snapshot; `has_moved`: there were commits since it was taken. Errors: busy (it
  /// was given up, or the clock was set right since), those of `body`, of the record of what was
  /// read.
  Result<void> read(
      const std::function<Result<void>(const Reading& reading, bool has_moved)>& body);

  std::uint64_t sequence() const { return session_->root.sequence; }
  std::uint64_t epoch() const { return session_->root.epoch; }

 private:
  HeldReading(Vault& vault, std::unique_ptr<Session> session)
      : vault_(vault), session_(std::move(session)) {}
  Vault& vault_;
  std::unique_ptr<Session> session_;
};

}  // namespace coffer::records
