// A view of one instant that is kept for many reads. What must not wait is asked of the
// store as it is now: time, and what has been destroyed since.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <memory>
#include <string_view>

#include "secrets/engine.h"
#include "storage/txn.h"

namespace coffer::secrets {

struct Session;

/// Thread-safe: reads wait for each other. The engine must outlive it.
class HeldView {
 public:
  /// Errors: busy (no reader slot), io, corrupt.
  static Result<std::unique_ptr<HeldView>> take(Engine& engine);
  ~HeldView();
  HeldView(const HeldView&) = delete;
  HeldView& operator=(const HeldView&) = delete;

  /// Returns what `body` answers. Errors: busy (it was given up), the body's. `body` must return
  /// no value of a secret: get() is for that.
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const View&> {
    return answer_of<const View&>([this](const auto& each) { return run_read(each); }, body);
  }
  /// A version that has been destroyed, or whose time was ended, since the snapshot is refused
  /// like in the store itself; one that was only trimmed is there until its key is erased.
  Result<Secret> get(std::string_view path, std::uint64_t version, ReadGuard guard,
                     Deleted deleted = Deleted::refuse);

  std::uint64_t sequence() const;
  std::int64_t taken_at_ms() const { return taken_at_ms_; }

 private:
  HeldView(Engine& engine, std::unique_ptr<Session> session);
  Result<void> run_read(const std::function<Result<void>(const View&)>& body);
  /// One read under one use: what the session sees, at the present time.
  Result<void> read_under(const std::function<Result<void>(const View&, bool moved)>& body);

  Engine& engine_;
  std::unique_ptr<Session> session_;
  std::int64_t taken_at_ms_;
};

}  // namespace coffer::secrets
