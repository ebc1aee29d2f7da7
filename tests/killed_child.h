// A child process that is killed while it works.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <ctime>

namespace coffer::test {

/// Kills the child after so long; it must not have ended by itself before.
inline void kill_after(pid_t child, long wait_us) {
  const timespec duration = {0, wait_us * 1000};
  ::nanosleep(&duration, nullptr);
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace coffer::test
