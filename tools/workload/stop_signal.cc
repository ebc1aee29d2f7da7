#include "tools/workload/stop_signal.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace coffer::tools {

bool stops_by_default(pid_t process) {
  constexpr std::uint64_t kBit = std::uint64_t{1} << (SIGTSTP - 1);
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("SigIgn:") && !line.starts_with("SigCgt:")) continue;
    if ((std::strtoull(line.c_str() + 7, nullptr, 16) & kBit) != 0) return false;
  }
  return true;
}

}  // namespace coffer::tools
