#include "keys/bounded_call.h"

#include <signal.h>

#include <system_error>
#include <thread>

namespace coffer::keys {

Result<void> start_thread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error&) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!started)
    return provider_failure(ProviderFailure::unavailable, "no thread is left to ask for the key");
  return {};
}

}  // namespace coffer::keys
