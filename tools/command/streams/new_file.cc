#include "tools/command/streams/new_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/digits.h"
#include "tools/command/opening/store_folder.h"
#include "tools/command/streams/output.h"

namespace coffer::tools {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A random suffix, because a killed run may have left a file behind whose process number came
// again.
Result<std::string> name_beside(const std::string& path) {
  std::array<std::uint8_t, 8> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return Error(ErrorCode::io, "the system gives no random numbers").with_errno(errno);
  return path + ".coffer-" + hex(bytes);
}

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
  const int folder = open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = folder >= 0 && fsync(folder) == 0;
  int error_number = errno;
  if (folder >= 0) close(folder);
  if (!synced) {
    // The folder cannot be read, or its file system does not sync folders: sync the whole file
    // system.
    const int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    synced = file >= 0 && syncfs(file) == 0;
    if (file >= 0) close(file);
  }
  errno = error_number;
  return synced;
}

Result<NewFile> NewFile::create(const std::string& path, bool replace) {
  COFFER_TRY(check_outside_stores(path));
  COFFER_TRY(check_place(path, replace));
  NewFile file(path, replace, -1);
  // A file without a name can only get one through /proc.
  if (access("/proc/self/fd", X_OK) == 0)
    file.fd_ = open(folder_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file.fd_ < 0) COFFER_TRY(file.open_beside());
  return file;
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      replace_(other.replace_),
      fd_(std::exchange(other.fd_, -1)),
      beside_(std::exchange(other.beside_, {})) {}

NewFile::~NewFile() {
  if (fd_ >= 0) close(fd_);
  if (!beside_.empty()) unlink(beside_.c_str());
}

Error NewFile::failed(int error_number) const {
  return Error(ErrorCode::io, "cannot write")
      .about(Subject::Kind::file, path_)
      .with_errno(error_number);
}

Result<void> NewFile::open_beside() {
  for (;;) {
    const std::string name = COFFER_TRY(name_beside(path_));
    const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return cannot_make(path_, errno);
    fd_ = fd;
    beside_ = name;
    return {};
  }
}

Result<void> NewFile::write(ByteView bytes) {
  if (!write_all(fd_, bytes)) return failed(errno);
  return {};
}

// Copies what was written to the nameless file into a file that has a name.
Result<void> NewFile::copy_beside() {
  const int nameless = std::exchange(fd_, -1);
  Result<void> done = open_beside();
  SecretBytes piece(std::size_t{64} << 10);
  for (off_t at = 0; done;) {
    const ssize_t got = pread(nameless, piece.data(), piece.size(), at);
    if (got < 0) done = failed(errno);
    if (got <= 0) break;
    done = write(ByteView(piece.bytes()).first(static_cast<std::size_t>(got)));
    at += got;
  }
  close(nameless);
  COFFER_TRY(std::move(done));
  if (fsync(fd_) != 0) return failed(errno);
  return {};
}

// Gives the file a name beside its final one, so that both ways to place it start alike.
Result<void> NewFile::name_it() {
  const std::string self = "/proc/self/fd/" + std::to_string(fd_);
  for (;;) {
    const std::string name = COFFER_TRY(name_beside(path_));
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
      beside_.empty() ? "/proc/self/fd/" + std::to_string(fd_) : std::string(beside_);
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
  // The last resort: an empty file reserves the name until the whole one replaces it.
  const int holder =
      open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (holder < 0) return errno == EEXIST ? taken(path_) : failed(errno);
  close(holder);
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
  if (fsync(fd_) != 0) return failed(errno);
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
