// Calls into foreign code that may never return: a module, a device, or a socket behind it.
#pragma once

#include <coffer/result.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/guarded.h"
#include "keys/provider_failure.h"

namespace coffer::keys {

/// Runs `work` on a thread of its own, which takes none of the program's signals.
/// Errors: key_unavailable (no thread could be started).
Result<std::thread> start_thread(std::function<void()> work);

/// Runs `work` on a thread of its own and waits at most `patience_ms` milliseconds for it. A call
/// that takes longer runs on, and its answer is dropped: `work` must own, by value or shared
/// pointer, everything that it touches. Errors: those of `work`; key_unavailable (too late).
template <typename T>
Result<T> within(int patience_ms, std::function<Result<T>()> work) {
  struct State {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Result<T>> result;
  };
  auto state = std::make_shared<State>();
  std::thread thread = COFFER_TRY(start_thread([state, work = std::move(work)]() mutable {
    Result<T> result = guarded(work);
    work = nullptr;  // What it held goes before the caller hears of the result.
    const std::lock_guard lock(state->mutex);
    state->result.emplace(std::move(result));
    state->done.notify_one();
  }));
  std::unique_lock lock(state->mutex);
  if (!state->done.wait_for(lock, std::chrono::milliseconds(patience_ms),
                            [&] { return state->result.has_value(); })) {
    thread.detach();
    return provider_failure(ProviderFailure::unavailable, "the key provider does not answer");
  }
  lock.unlock();
  thread.join();  // What the libraries keep for each thread is gone as well.
  return std::move(*state->result);
}

}  // namespace coffer::keys
