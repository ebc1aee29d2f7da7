// Who is at work, as the system tells it: not what the caller says of itself.
#pragma once

#include <cstdint>
#include <string>

namespace coffer::audit {

struct Process {
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::string program;  ///< The file name of what runs, at most 64 bytes; empty if unknown.
};

/// Thread-safe. The program's name is read once.
Process this_process();

}  // namespace coffer::audit
