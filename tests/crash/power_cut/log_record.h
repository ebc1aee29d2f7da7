// The log between recorder and replayer: one record per call that changed a file or a directory, in
// the order in which the calls returned.
#pragma once

#include <cstdint>

namespace coffer::test {

/// Environment variables that make a program record its calls.
inline constexpr char kRecordDirectory[] =
    "COFFER_RECORD_DIRECTORY";                                    ///< Records changes in it only.
inline constexpr char kRecordLog[] = "COFFER_RECORD_LOG";         ///< Where the records go.
inline constexpr char kRecordKillAt[] = "COFFER_RECORD_KILL_AT";  ///< SIGKILL before this call.

enum class Call : std::uint32_t {
  create_file = 1,
  create_directory,
  write,
  truncate,
  sync,  ///< On a file or a directory.
  rename,
  unlink,
  link,  ///< Names an unnamed file, or adds a name.
  note,  ///< Not a call: a message of the program (an acknowledgement).
};

/// The name, the other name and the data follow without gaps.
struct RecordHeader {
  Call call = Call::note;
  std::uint32_t durable = 0;  ///< A write through a descriptor that syncs (O_DSYNC).
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  ///< For a truncation: the new length.
  std::uint32_t name_bytes = 0;
  std::uint32_t other_bytes = 0;  ///< For a rename: the new name.
  std::uint64_t data_bytes = 0;
};

}  // namespace coffer::test
