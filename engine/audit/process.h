// The identity of this process according to the system, whatever its caller claims to be.
#pragma once

#include <cstdint>
#include <string>

namespace coffer::audit {

struct Process {
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::string program;  ///< The executable's file name, at most 64 bytes; empty if unknown.
};

/// Thread-safe. Reads the program's name once.
Process this_process();

}  // namespace coffer::audit
