#include "api/new_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/private_file.h"

namespace coffer::api {
namespace {

namespace fs = std::filesystem;

Error io_error(Literal text, int error, const std::string& path) {
  return Error(ErrorCode::io, text).with_errno(error).about(Subject::Kind::file, path);
}

// Each level's name is made durable in the level above: otherwise a power cut could remove the path
// to a store that is itself on disk.
Result<void> make_parents(const fs::path& parent) {
  fs::path made;
  for (const fs::path& part : parent) {
    const fs::path above = made.empty() ? fs::path(".") : made;
    made /= part;
    std::error_code error;
    if (fs::is_directory(made, error)) continue;
    // Another process may make the same level at the same time.
    if (::mkdir(made.c_str(), 0777) != 0 && errno != EEXIST)
      return io_error("cannot make the directory", errno, made.string());
    COFFER_TRY(sync_path(above.string(), O_DIRECTORY));
  }
  return {};
}

constexpr std::string_view kTemporary = ".coffer-new-";
// The keyring goes last: without it the other files are no store.
constexpr const char* kFiles[] = {"data.mdb", "lock.mdb", "keyring"};

struct Content {
  bool has_store = false;     ///< A keyring, or files of a store that lost its keyring.
  bool has_others = false;    ///< Files of neither coffer nor the file system.
  bool has_leavings = false;  ///< Files of an interrupted init.
  bool is_empty = true;
};

Content content_of(const fs::path& directory) {
  Content content;
  bool has_files = false;
  bool has_unfinished = false;
  std::error_code error;
  for (fs::directory_iterator each(directory, error), end; !error && each != end;
       each.increment(error)) {
    const std::string name = each->path().filename().string();
    content.is_empty = false;
    if (name == "keyring") {
      content.has_store = true;
    } else if (name == "data.mdb" || name == "lock.mdb") {
      has_files = true;
    } else if (name.starts_with(kTemporary)) {
      content.has_leavings = true;
      has_unfinished = has_unfinished || fs::exists(each->path() / "keyring");
    } else if (name != "lost+found") {
      content.has_others = true;
    }
  }
  if (error) content.has_others = true;
  // Somebody may want to put a keyring from a copy back to a data file without one.
  content.has_store = content.has_store || (has_files && !has_unfinished);
  return content;
}

Result<void> check_content(const Content& content, const std::string& target) {
  if (content.has_store)
    return Error(ErrorCode::no_store, "a store is already there",
                 "use it, or choose another directory; if its keyring or data.mdb is missing, "
                 "put both back from one copy")
        .about(Subject::Kind::file, target);
  if (content.has_others)
    return Error(ErrorCode::no_store, "something else is already there",
                 "choose an empty directory, or one that does not exist")
        .about(Subject::Kind::file, target);
  return {};
}

void clear_leavings(const fs::path& target) {
  std::vector<fs::path> leavings;
  std::error_code error;
  for (fs::directory_iterator each(target, error), end; !error && each != end;
       each.increment(error)) {
    const std::string name = each->path().filename().string();
    if (name == "data.mdb" || name == "lock.mdb" || name.starts_with(kTemporary))
      leavings.push_back(each->path());
  }
  // The keyring in its temporary directory marks the others as leavings: they go first.
  std::sort(leavings.rbegin(), leavings.rend());
  for (const fs::path& each : leavings) fs::remove_all(each, error);
}

// The root of a mounted file system, or of a bind mount.
bool is_mount_point(const std::string& directory, const fs::path& parent) {
  struct statx status {};
  if (::statx(AT_FDCWD, directory.c_str(), 0, STATX_BASIC_STATS, &status) == 0 &&
      (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  struct stat here {};
  struct stat above {};
  return ::stat(directory.c_str(), &here) == 0 && ::stat(parent.c_str(), &above) == 0 &&
         here.st_dev != above.st_dev;
}

}  // namespace

Result<NewDirectory> NewDirectory::for_store(std::string_view target) {
  std::string name(target);
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  if (name.empty()) return Error(ErrorCode::usage, "the store needs a directory");
  std::error_code error;
  if (fs::is_symlink(name, error) && fs::is_directory(name, error))
    name = fs::canonical(name, error).string();
  const bool is_there = fs::exists(fs::symlink_status(name, error));
  fs::path parent = fs::path(name).parent_path();
  if (parent.empty()) parent = ".";
  if (is_there) {
    if (!fs::is_directory(name, error))
      return Error(ErrorCode::no_store, "something else is already there",
                   "choose an empty directory, or one that does not exist")
          .about(Subject::Kind::file, name);
    const Content content = content_of(name);
    COFFER_TRY(check_content(content, name));
    if (!content.is_empty || is_mount_point(name, parent)) return inside(std::move(name));
  }
  COFFER_TRY(make_parents(fs::path(name).parent_path()));
  std::string temporary = parent / (std::string(kTemporary) + "XXXXXX");
  if (mkdtemp(temporary.data()) == nullptr) {
    const bool may_be_inside = errno == EROFS || errno == EACCES || errno == EPERM;
    if (is_there && may_be_inside) return inside(std::move(name));
    return io_error("cannot make a directory here", errno, parent.string());
  }
  return NewDirectory(std::move(temporary), std::move(name), FileDescriptor());
}

// Everything after the lock is decided by the contents at that time.
Result<NewDirectory> NewDirectory::inside(std::string target) {
  FileDescriptor opened(::open(target.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok()) return io_error("cannot open the directory", errno, target);
  const int fd = opened.get();
  NewDirectory fresh("", std::move(target), std::move(opened));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return Error(ErrorCode::busy, "another process makes or opens a store there", "try again")
        .about(Subject::Kind::file, fresh.target_);
  COFFER_TRY(check_content(content_of(fresh.target_), fresh.target_));
  struct stat status {};
  if (::fstat(fd, &status) != 0) return io_error("cannot read the directory", errno, fresh.target_);
  COFFER_TRY(check_owner(status, fresh.target_));
  // A directory that we make has this mode too.
  if ((status.st_mode & 07777) != 0700 && ::fchmod(fd, 0700) != 0)
    return io_error("cannot close the directory to other users", errno, fresh.target_);
  clear_leavings(fresh.target_);
  std::string temporary = fresh.target_ + "/" + std::string(kTemporary) + "XXXXXX";
  if (mkdtemp(temporary.data()) == nullptr)
    return io_error("cannot make a directory here", errno, fresh.target_);
  fresh.path_ = std::move(temporary);
  return fresh;
}

NewDirectory::NewDirectory(NewDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      target_(std::move(other.target_)),
      inside_(std::move(other.inside_)) {}

NewDirectory::~NewDirectory() {
  std::error_code error;
  if (!path_.empty() && inside_.ok()) {
    fs::remove(fs::path(target_) / "keyring", error);
    clear_leavings(target_);
  } else if (!path_.empty()) {
    fs::remove_all(path_, error);
  }
}

Result<void> NewDirectory::move_into_place() {
  for (const char* file : kFiles) COFFER_TRY(sync_path(path_ + "/" + file, 0));
  COFFER_TRY(sync_path(path_, O_DIRECTORY));
  return inside_.ok() ? rename_each() : rename_whole();
}

Result<void> NewDirectory::rename_each() {
  COFFER_TRY(sync_path(target_, O_DIRECTORY));
  for (const char* file : kFiles) {
    const std::string from = path_ + "/" + file;
    const std::string to = target_ + "/" + file;
    if (::rename(from.c_str(), to.c_str()) != 0)
      return io_error("cannot move the new store into place", errno, to);
    // The keyring's name must not be on disk before the names of the files that it opens.
    COFFER_TRY(sync_path(target_, O_DIRECTORY));
  }
  const std::string emptied = std::exchange(path_, {});
  ::rmdir(emptied.c_str());
  return sync_path(target_, O_DIRECTORY);
}

Result<void> NewDirectory::rename_whole() {
  // rename(2) replaces an empty directory, and nothing else.
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
      return Error(ErrorCode::no_store, "something is already there", "choose an empty directory")
          .about(Subject::Kind::file, target_);
    if (errno == EBUSY || errno == EXDEV)
      return Error(ErrorCode::io, "this is a mount point, and the new store cannot take its place",
                   "choose a directory below it")
          .with_errno(errno)
          .about(Subject::Kind::file, target_);
    return io_error("cannot move the new store into place", errno, target_);
  }
  path_.clear();
  return sync_path(parent_of(target_), O_DIRECTORY);
}

}  // namespace coffer::api
