#include "api/new_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace coffer::api {
namespace {

namespace fs = std::filesystem;

Error io_error(Literal text, int error, const std::string& path) {
  return Error{ErrorCode::io, text}.with_errno(error).about(Subject::Kind::file, path);
}

Result<void> sync_path(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (fd < 0) return io_error("cannot be opened to be synced", errno, path);
  const int code = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (code != 0) return io_error("cannot be synced", error, path);
  return {};
}

// Each level's name is made durable in the level above it: else a power cut could take away
// the way to a store that is itself on disk.
Result<void> make_parents(const fs::path& parent) {
  fs::path made;
  for (const fs::path& part : parent) {
    const fs::path above = made.empty() ? fs::path(".") : made;
    made /= part;
    std::error_code error;
    if (fs::is_directory(made, error)) continue;
    // Another process may make the same level at the same time.
    if (::mkdir(made.c_str(), 0777) != 0 && errno != EEXIST)
      return io_error("the directory cannot be made", errno, made.string());
    COFFER_TRY(sync_path(above.string(), O_DIRECTORY));
  }
  return {};
}

Result<void> check_target(const std::string& target) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (!fs::exists(status)) return {};
  if (fs::is_directory(status) && fs::is_empty(target, error) && !error) return {};
  if (fs::exists(target + "/keyring", error) || fs::exists(target + "/data.mdb", error))
    return Error{ErrorCode::no_store, "there is a store already",
                 "use it, or choose another directory"}
        .about(Subject::Kind::file, target);
  return Error{ErrorCode::no_store, "something else is there already", "choose an empty directory"}
      .about(Subject::Kind::file, target);
}

}  // namespace

Result<NewDirectory> NewDirectory::beside(std::string_view target) {
  std::string name(target);
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  if (name.empty()) return Error{ErrorCode::usage, "the store needs a directory"};
  COFFER_TRY(check_target(name));
  const fs::path parent = fs::path(name).parent_path();
  COFFER_TRY(make_parents(parent));
  std::string temporary = (parent.empty() ? fs::path(".") : parent) / ".coffer-new-XXXXXX";
  if (mkdtemp(temporary.data()) == nullptr)
    return io_error("no directory can be made here", errno, parent.string());
  return NewDirectory(std::move(temporary), std::move(name));
}

NewDirectory::NewDirectory(NewDirectory&& other) noexcept
    : path_(std::move(other.path_)), target_(std::move(other.target_)) {
  other.path_.clear();
}

NewDirectory::~NewDirectory() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

Result<void> NewDirectory::move_into_place() {
  for (const char* file : {"/keyring", "/data.mdb", "/lock.mdb"})
    COFFER_TRY(sync_path(path_ + file, 0));
  COFFER_TRY(sync_path(path_, O_DIRECTORY));
  // rename(2) takes the place of an empty directory, and of nothing else.
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
      return Error{ErrorCode::no_store, "something is there already", "choose an empty directory"}
          .about(Subject::Kind::file, target_);
    return io_error("the new store cannot be moved into place", errno, target_);
  }
  path_.clear();
  const std::string parent = fs::path(target_).parent_path().string();
  return sync_path(parent.empty() ? "." : parent, O_DIRECTORY);
}

}  // namespace coffer::api
