// What the recorder writes and the replayer reads: one record a call that changed a file
// or a directory, in the order in which the calls returned.
#pragma once

#include <cstdint>

namespace coffer::test {

/// Environment variables by which a program is told to be recorded.
inline constexpr char kRecordDirectory[] = "COFFER_RECORD_DIRECTORY";  ///< Only what is in it.
inline constexpr char kRecordLog[] = "COFFER_RECORD_LOG";              ///< Where records go.
inline constexpr char kRecordKillAt[] = "COFFER_RECORD_KILL_AT";       ///< SIGKILL before that one.

enum class Call : std::uint32_t {
  create_file = 1,
  create_directory,
  write,
  truncate,
  sync,  ///< Of a file or a directory.
  rename,
  unlink,
  link,  ///< A name for a file that has none, or another one.
  note,  ///< Not a call: what the program has to say (an acknowledgement).
};

/// Followed by the name, the other name and the data, without anything between.
struct RecordHeader {
  Call call = Call::note;
  std::uint32_t durable = 0;  ///< A write through a descriptor that syncs (O_DSYNC).
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  ///< Of a truncation: the new length.
  std::uint32_t name_bytes = 0;
  std::uint32_t other_bytes = 0;  ///< Of a rename: the new name.
  std::uint64_t data_bytes = 0;
};

}  // namespace coffer::test
