#include "tools/command/streams/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "tools/command/opening/store_folder.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {
namespace {

// A name with random digits behind this: what a kill left of an earlier run keeps its own.
constexpr std::string_view kTag = ".coffer-";

Error taken(const std::string& path) {
  return Error(ErrorCode::conflict, "a file of this name exists already",
               "give another name, or --force to replace it")
      .about(Subject::Kind::file, path);
}

// Never writes through a link, because its maker chose where it leads; and never into an existing
// file, because others may have access to it.
Result<void> check_place(const std::string& path, bool replace) {
  struct stat own {};
  struct stat target {};
  if (lstat(path.c_str(), &own) != 0) return {};  // Creating the file reports why.
  const bool leads_somewhere = stat(path.c_str(), &target) == 0;
  if (leads_somewhere && !S_ISREG(target.st_mode)) {
    return Error(ErrorCode::usage, "is not a regular file, so it cannot be replaced",
                 "give another name; without -o the output goes to standard output")
        .about(Subject::Kind::file, path);
  }
  if (S_ISLNK(own.st_mode)) {
    return Error(ErrorCode::usage, "is a symbolic link, which is never replaced",
                 "name the file that the link leads to, or remove the link")
        .about(Subject::Kind::file, path);
  }
  return replace ? Result<void>() : taken(path);
}

Error cannot_make(const std::string& path, int error_number) {
  Error error(ErrorCode::io, "cannot create this file", "check what its file system allows");
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: error = std::move(error).with_hint("check that its folder exists"); break;
    case EACCES:
    case EPERM: error = std::move(error).with_hint("check who may write to its folder"); break;
    case EROFS: error = std::move(error).with_hint("choose a folder that can be written to"); break;
    case ENOSPC:
    case EDQUOT: error = std::move(error).with_hint("check the free space on the disk"); break;
    case ENAMETOOLONG: error = std::move(error).with_hint("choose a shorter name"); break;
    default: break;
  }
  return std::move(error).about(Subject::Kind::file, path).with_errno(error_number);
}

// The file system has no hard links, or cannot link a file that has no name.
bool has_no_links(int error_number) {
  return error_number == EPERM || error_number == EOPNOTSUPP || error_number == ENOSYS ||
         error_number == EMLINK || error_number == EXDEV || error_number == EINVAL;
}

}  // namespace

bool sync_folder_of(const std::string& path) {
  const FileDescriptor folder(open(parent_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.ok() && fsync(folder.get()) == 0) return true;
  const int error_number = errno;
  // A folder that may not be read, or a file system that syncs none: all of it, then.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const bool synced = file.ok() && syncfs(file.get()) == 0;
  errno = error_number;
  return synced;
}

Result<NewFile> NewFile::create(const std::string& path, bool replace) {
  COFFER_TRY(check_outside_stores(path));
  COFFER_TRY(check_place(path, replace));
  NewFile file(path, replace);
  // A file without a name gets one by /proc alone.
  if (access("/proc/self/fd", X_OK) == 0)
    file.file_ =
        FileDescriptor(open(parent_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file.file_.ok()) COFFER_TRY(file.open_beside());
  return file;
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      replace_(other.replace_),
      file_(std::move(other.file_)),
      beside_(std::exchange(other.beside_, {})) {}

NewFile::~NewFile() {
  if (!beside_.empty()) unlink(beside_.c_str());
}

Error NewFile::failed(int error_number) const {
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, path_)
      .with_errno(error_number);
}

Result<void> NewFile::open_beside() {
  for (;;) {
    const std::string name = COFFER_TRY(name_beside(path_, kTag));
    file_ = FileDescriptor(
        open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_.ok() && errno == EEXIST) continue;
    if (!file_.ok()) return cannot_make(path_, errno);
    beside_ = name;
    return {};
  }
}

Result<void> NewFile::write(ByteView bytes) {
  if (!write_all(file_.get(), bytes)) return failed(errno);
  return {};
}

// Copies what was written to the nameless file into a file that has a name.
Result<void> NewFile::copy_beside() {
  const FileDescriptor nameless = std::exchange(file_, FileDescriptor());
  Result<void> done = open_beside();
  SecretBytes piece(std::size_t{64} << 10);
  for (off_t at = 0; done;) {
    const ssize_t got = pread(nameless.get(), piece.data(), piece.size(), at);
    if (got < 0) done = failed(errno);
    if (got <= 0) break;
    done = write(ByteView(piece.bytes()).first(static_cast<std::size_t>(got)));
    at += got;
  }
  COFFER_TRY(std::move(done));
  if (fsync(file_.get()) != 0) return failed(errno);
  return {};
}

// Gives the file a name beside its final one, so that both ways to place it start alike.
Result<void> NewFile::name_it() {
  const std::string self = "/proc/self/fd/" + std::to_string(file_.get());
  for (;;) {
    const std::string name = COFFER_TRY(name_beside(path_, kTag));
    if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      beside_ = name;
      return {};
    }
    if (errno == EEXIST) continue;
    if (has_no_links(errno) || errno == ENOENT) return copy_beside();
    return failed(errno);
  }
}

// Places the file only if nothing has its name; the first process to take the name keeps it.
Result<void> NewFile::place_new() {
  const std::string self =
      beside_.empty() ? "/proc/self/fd/" + std::to_string(file_.get()) : std::string(beside_);
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
  if (errno == EEXIST) return taken(path_);
  if (!has_no_links(errno) && !(beside_.empty() && errno == ENOENT)) return failed(errno);
  if (beside_.empty()) COFFER_TRY(copy_beside());
  if (renameat2(AT_FDCWD, beside_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
    beside_.clear();
    return {};
  }
  if (errno == EEXIST) return taken(path_);
  if (!has_no_links(errno)) return failed(errno);
  // The last way: an empty file holds the name until the whole one comes.
  const FileDescriptor holder(
      open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!holder.ok()) return errno == EEXIST ? taken(path_) : failed(errno);
  return place_over();
}

Result<void> NewFile::place_over() {
  if (beside_.empty()) COFFER_TRY(name_it());
  if (rename(beside_.c_str(), path_.c_str()) != 0) return failed(errno);
  beside_.clear();
  return {};
}

// The name is given last, so that nobody sees half of the file.
Result<void> NewFile::finish() {
  if (fsync(file_.get()) != 0) return failed(errno);
  COFFER_TRY(replace_ ? place_over() : place_new());
  if (!beside_.empty()) {
    unlink(beside_.c_str());
    beside_.clear();
  }
  if (!sync_folder_of(path_)) return failed(errno);
  return {};
}

void leave_standard_output(std::optional<std::string>& name) {
  if (name == "-") name.reset();
}

Result<void> write_new_file(const std::string& path, bool replace, ByteView bytes) {
  NewFile file = COFFER_TRY(NewFile::create(path, replace));
  COFFER_TRY(file.write(bytes));
  return file.finish();
}

}  // namespace coffer::tools
