// Files by their descriptors: read and written whole, replaced whole, made durable.
//
// Power cut: a file's content is on disk once the file was synced, a name once its directory was.
// replace_whole() writes the new content under a name of its own, syncs it, and only then passes
// the old name to it, in one step. A cut before the rename leaves the old file as it was (and
// perhaps PATH.new-HEX beside it); a cut after it leaves the old file or the new one, whole.
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
  /// A negative number, as open(2) answers where it fails, owns nothing.
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  /// Keeps errno, for errors that are reported after it.
  ~FileDescriptor();
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Fills `out` from `offset`. Errors: io, corrupt (the file ends before).
Result<void> read_fully(int fd, MutableByteView out, std::uint64_t offset);
/// Errors: io.
Result<void> write_fully(int fd, ByteView bytes, std::uint64_t offset);

/// The directory that holds `path`: "." where it names none.
std::string parent_of(const std::string& path);
/// A name beside `path` that nothing has: `path`, `tag` and random digits. Errors: io.
Result<std::string> name_beside(const std::string& path, std::string_view tag);

/// Makes durable: the content of the file, or, with O_DIRECTORY in `flags`, the names in the
/// directory. Errors: io, about `path`.
Result<void> sync_path(const std::string& path, int flags);
/// Makes durable: the file's content, and its name in its directory. Errors: io.
Result<void> sync_file_and_parent(int fd, const std::string& path);
/// Puts a file of mode 0600 with this content in the place of `path`; durable when it returns.
/// Errors: io; then no new file is left behind.
Result<void> replace_whole(const std::string& path, ByteView content);

}  // namespace coffer
