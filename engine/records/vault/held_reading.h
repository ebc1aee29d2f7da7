// A snapshot that is kept for many reads. The present time and the present policy apply to it.
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

  /// Reads the snapshot once; `has_moved`: commits were made since it was taken. Errors: busy (the
  /// snapshot was given up, or a clock time was accepted since), those of `body`, and of the write
  /// that records the read.
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
