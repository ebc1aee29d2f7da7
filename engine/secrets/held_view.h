// A view of one snapshot that is kept for many reads. Two things come from the present store: the
// time, and what was destroyed since the snapshot.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "records/vault/held_reading.h"
#include "secrets/engine.h"

namespace coffer::secrets {

/// Thread-safe: reads wait for each other. The engine must outlive it.
class HeldView {
 public:
  /// Errors: busy (no reader slot), io, corrupt.
  static Result<std::unique_ptr<HeldView>> take(Engine& engine);
  HeldView(const HeldView&) = delete;
  HeldView& operator=(const HeldView&) = delete;

  /// Returns the answer of `body`. Errors: busy (the snapshot was given up), those of `body`. Use
  /// get() for values: `body` must not return one.
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const View&> {
    return answer_of<const View&>([this](const auto& each) { return run_read(each); }, body);
  }
  /// Refuses a version that was destroyed or expired since the snapshot, as the store itself does.
  /// A version that was only trimmed can be read until its key is erased.
  Result<Secret> get(std::string_view path, std::uint64_t version, ReadGuard guard,
                     Deleted deleted = Deleted::refuse);

  std::uint64_t sequence() const { return held_->sequence(); }
  std::int64_t taken_at_ms() const { return taken_at_ms_; }

 private:
  Result<void> run_read(const std::function<Result<void>(const View&)>& body);
  HeldView(Engine& engine, std::unique_ptr<records::HeldReading> held)
      : engine_(engine), held_(std::move(held)), taken_at_ms_(engine.now_ms()) {}
  Engine& engine_;
  std::unique_ptr<records::HeldReading> held_;
  std::int64_t taken_at_ms_;
};

}  // namespace coffer::secrets
