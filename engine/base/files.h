// Reads and writes whole files by their descriptors, replaces files, and makes them durable.
//
// Power cut: a file's content is durable once the file was synced, a name once its directory was.
// replace_whole() writes the new content to PATH.new-HEX, syncs it, and then renames it to PATH in
// one step. A cut before the rename leaves the old file unchanged, perhaps with a PATH.new-HEX; a
// cut after it leaves the whole old file or the whole new one.
#pragma once

#include <coffer/result.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace coffer {

/// Owns a descriptor, and closes it.
class FileDescriptor {
 public:
  /// A negative number, which open(2) returns if it fails, owns nothing.
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  /// Keeps errno, so that an earlier error can still be reported.
  ~FileDescriptor();
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Fills `out` from `offset` on. Errors: io, corrupt (the file is too short).
Result<void> read_fully(int fd, MutableByteView out, std::uint64_t offset);
/// Errors: io.
Result<void> write_fully(int fd, ByteView bytes, std::uint64_t offset);

/// The directory of `path`; "." if `path` names none.
std::string parent_of(const std::string& path);
/// An unused name in the directory of `path`: `path`, `tag` and random digits. Errors: io.
Result<std::string> name_beside(const std::string& path, std::string_view tag);

/// Makes the file's content durable or, with O_DIRECTORY in `flags`, the names in the directory.
/// Errors: io, about `path`.
Result<void> sync_path(const std::string& path, int flags);
/// Makes the file's content durable, and its name in its directory. Errors: io.
Result<void> sync_file_and_parent(int fd, const std::string& path);
/// Replaces `path` by a file of mode 0600 with this content; durable when it returns. Errors: io;
/// after an error no new file is left.
Result<void> replace_whole(const std::string& path, ByteView content);

}  // namespace coffer
