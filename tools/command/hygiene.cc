#include "tools/command/hygiene.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define COFFER_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COFFER_SANITIZED
#endif
#endif

namespace coffer::tools {
namespace {

mode_t umask_before = 022;
bool sigpipe_ignored_before = false;
bool sigxfsz_ignored_before = false;

// tpm2-tss logs every refusal to standard error by itself; our own errors already report them.
constexpr char kQuietTpmName[] = "TSS2_LOG";
constexpr char kQuietTpmValue[] = "all+none";
bool quiet_tpm_is_ours = false;

// A closed pipe and a file size limit must be reported as errors, not kill the process.
bool ignore_signal(int signal) {
  struct sigaction before {};
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(signal, &ignore, &before);
  return before.sa_handler == SIG_IGN;
}

// If descriptor 0, 1 or 2 were closed, the next file opened would get its number, and an error
// message would be written into the store.
void hold_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The access mode is wrong on purpose: using a missing stream stays an error.
    if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) std::abort();
  }
}

}  // namespace

void harden_process() {
  hold_standard_descriptors();
#ifndef COFFER_SANITIZED
  // The leak sanitizer reads the process through ptrace, which PR_SET_DUMPABLE would forbid.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
  rlimit core{};
  if (getrlimit(RLIMIT_CORE, &core) == 0) {
    // Only the soft limit, so that a child process can raise it again.
    core.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &core);
  }
  umask_before = umask(077);
  sigpipe_ignored_before = ignore_signal(SIGPIPE);
  sigxfsz_ignored_before = ignore_signal(SIGXFSZ);
  quiet_tpm_is_ours =
      std::getenv(kQuietTpmName) == nullptr && setenv(kQuietTpmName, kQuietTpmValue, 0) == 0;
}

mode_t inherited_umask() { return umask_before; }

sigset_t signals_ignored_here() {
  sigset_t signals;
  sigemptyset(&signals);
  if (!sigpipe_ignored_before) sigaddset(&signals, SIGPIPE);
  if (!sigxfsz_ignored_before) sigaddset(&signals, SIGXFSZ);
  return signals;
}

bool is_own_variable(std::string_view entry) {
  return quiet_tpm_is_ours && entry.substr(0, entry.find('=')) == kQuietTpmName;
}

}  // namespace coffer::tools
