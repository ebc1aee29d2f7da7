// The keyring file's parts: each in two checksummed places, written one after the other.
//
// A part is whole as long as one of its two copies is. Nothing here looks into the copies.
// Thread-safe; the caller prevents two writers at once.
#pragma once

#include <coffer/result.h>

#include <array>
#include <string>

#include "base/bytes.h"
#include "base/files.h"
#include "format/keyring_records.h"

namespace coffer::keys {

using Part = std::array<format::FramePlace, 2>;
inline constexpr Part kHeaderPart = {format::header_place(0), format::header_place(1)};
inline constexpr Part kMasterPart = {format::master_place(0), format::master_place(1)};
/// Epoch e lives in part e % 2.
constexpr Part epoch_part(std::uint64_t epoch) {
  const int slot = static_cast<int>(epoch % 2);
  return {format::epoch_place(slot, 0), format::epoch_place(slot, 1)};
}

/// The payloads of a part's two places, or the error of a place that cannot be read.
using Copies = std::array<Result<Bytes>, 2>;
bool are_equal(const Copies& copies);
bool is_any_whole(const Copies& copies);

/// The error of every reader of a damaged keyring.
Error damaged_keyring();

class KeyringFile {
 public:
  /// A new file of mode 0600. Errors: io.
  static Result<KeyringFile> create(const std::string& path);
  /// Errors: corrupt (missing), io (not private to this user, not writable).
  static Result<KeyringFile> open(const std::string& path);

  /// The open file, for comparing it with the file that has its name.
  int descriptor() const { return file_.get(); }

  /// Errors, for each copy: corrupt (torn, cut off), io.
  Copies read(const Part& part) const;
  /// Writes both places, each durable before the next: nothing of an older payload is left. The
  /// payload must fit. Power cut: the place being written is torn, the other is whole.
  Result<void> write(const Part& part, ByteView payload) const;
  /// As write(), but skips a place that holds this payload already.
  Result<void> make_equal(const Part& part, ByteView payload) const;
  /// Overwrites both places in place with random bytes, durably.
  Result<void> erase(const Part& part) const;

 private:
  explicit KeyringFile(FileDescriptor file) : file_(std::move(file)) {}
  Result<Bytes> read_frame(format::FramePlace place) const;
  Result<void> write_frame(format::FramePlace place, ByteView payload) const;

  FileDescriptor file_;
};

}  // namespace coffer::keys
