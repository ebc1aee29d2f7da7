#include "storage/directory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/private_file.h"

namespace coffer::storage {
namespace {

constexpr std::uint64_t kCifsMagic = 0xFF534D42;
constexpr std::uint64_t kSmb2Magic = 0xFE534D42;
constexpr std::uint64_t kCephMagic = 0x00C36400;
constexpr std::uint64_t kXfsMagic = 0x58465342;

bool is_network_file_system(std::uint64_t type) {
  return type == NFS_SUPER_MAGIC || type == V9FS_MAGIC || type == kCifsMagic ||
         type == kSmb2Magic || type == kCephMagic;
}

Error no_store_here() {
  return {ErrorCode::no_store, "there is no store here", "make one: coffer init"};
}

}  // namespace

std::string erase_promise(const std::string& directory) {
  struct statfs fs {};
  if (statfs(directory.c_str(), &fs) != 0) return "best-effort";
  const auto type = static_cast<std::uint64_t>(static_cast<unsigned>(fs.f_type));
  return type == EXT4_SUPER_MAGIC || type == kXfsMagic ? "verified-in-place" : "best-effort";
}

Result<std::unique_ptr<Environment::Directory>> Environment::Directory::open(
    const std::string& path) {
  auto directory = std::make_unique<Directory>();
  directory->fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory->fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return no_store_here();
    return Error{ErrorCode::io, "the store's directory cannot be opened"}.with_errno(errno);
  }
  struct stat status {};
  if (fstat(directory->fd, &status) != 0)
    return Error{ErrorCode::io, "the store's directory cannot be read"}.with_errno(errno);
  COFFER_TRY(check_owner(status));
  if ((status.st_mode & 022) != 0)
    return Error{ErrorCode::io, "others may write into the store's directory",
                 "chmod 700 it, then look whether its files are still yours"};
  struct statfs fs {};
  if (fstatfs(directory->fd, &fs) == 0 &&
      is_network_file_system(static_cast<std::uint64_t>(static_cast<unsigned>(fs.f_type))))
    return Error{ErrorCode::io, "the store lies on a network file system, whose locks do not hold",
                 "move it to a local disk"};
  directory->device = status.st_dev;
  directory->inode = status.st_ino;
  return directory;
}

Result<void> Environment::Directory::check_file(const char* name) const {
  struct stat status {};
  if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return no_store_here();
    return Error{ErrorCode::io, "a file of the store cannot be read"}.with_errno(errno);
  }
  return check_private_file(status);
}

Result<void> Environment::Directory::lock() {
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    alone = true;
    return {};
  }
  // Somebody is there: wait until he is past his own opening, then go in beside him.
  while (flock(fd, LOCK_SH) != 0) {
    if (errno != EINTR)
      return Error{ErrorCode::io, "the store's directory cannot be locked"}.with_errno(errno);
  }
  alone = false;
  return {};
}

void Environment::Directory::share() {
  if (alone) flock(fd, LOCK_SH);
  alone = false;
}

Environment::Directory::~Directory() {
  if (fd >= 0) ::close(fd);
}

}  // namespace coffer::storage
