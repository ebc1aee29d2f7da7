// What a file system promises of locks between programs, by the number of its kind.
#pragma once

#include <cstdint>
#include <string>

namespace coffer::storage {

enum class Locks : std::uint8_t {
  local,      ///< One machine's kernel keeps them for all who can open the file.
  by_server,  ///< FUSE: as whoever serves it keeps them, which the kernel does not tell.
  none,       ///< Another machine can open the file and know nothing of them.
};
/// `type` as statfs(2) tells it.
Locks locks_of(std::uint64_t type);
/// "local", or "fuse" where a program serves the directory's file system.
std::string lock_promise(const std::string& directory);

}  // namespace coffer::storage
