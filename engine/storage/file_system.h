// Whether locks between programs work on a file system, judged by its type number.
#pragma once

#include <cstdint>
#include <string>

namespace coffer::storage {

enum class Locks : std::uint8_t {
  local,      ///< One kernel keeps the locks for every process that can open the file.
  by_server,  ///< FUSE: the serving program keeps the locks, or does not; nothing here can tell.
  none,       ///< Another machine can open the file and does not see the locks.
};
/// `type`: f_type of statfs(2).
Locks locks_of(std::uint64_t type);
/// "fuse" if a program serves the directory's file system, else "local".
std::string lock_promise(const std::string& directory);

}  // namespace coffer::storage
