#include "keys/bounded_call.h"

#include <signal.h>

#include <system_error>

namespace coffer::keys {

Result<std::thread> start_thread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread;
  try {
    thread = std::thread(std::move(work));
  } catch (const std::system_error&) {
    // Told below: there is none.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!thread.joinable())
    return provider_failure(ProviderFailure::unavailable,
                            "no thread could be started to ask for the key");
  return thread;
}

}  // namespace coffer::keys
