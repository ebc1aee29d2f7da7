#include "storage/directory.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/private_file.h"

namespace coffer::storage {
namespace {

constexpr int kGatePollMs = 1;
constexpr int kGateWaitMaxMs = 30'000;
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

// chattr +j: the file's blocks also pass through the journal, where the old ones stay.
bool journals_data(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return true;
  unsigned flags = 0;
  const bool known = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
  ::close(fd);
  return !known || (flags & FS_JOURNAL_DATA_FL) != 0;
}

// The same for a whole file system: /proc/self/mountinfo tells device and options.
bool mounted_with_data_journal(dev_t device) {
  std::ifstream mounts("/proc/self/mountinfo");
  const std::string wanted =
      ' ' + std::to_string(major(device)) + ':' + std::to_string(minor(device)) + ' ';
  bool found = false;
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(wanted) == std::string::npos) continue;
    found = true;
    if (line.find("data=journal") != std::string::npos) return true;
  }
  return !found;  // What cannot be told is not promised.
}

}  // namespace

std::string erase_promise(const std::string& directory) {
  const std::string keyring = directory + "/keyring";
  struct statfs fs {};
  struct stat status {};
  if (statfs(keyring.c_str(), &fs) != 0 || stat(keyring.c_str(), &status) != 0)
    return "best-effort";
  const auto type = static_cast<std::uint64_t>(static_cast<unsigned>(fs.f_type));
  const bool in_place = type == kXfsMagic || (type == EXT4_SUPER_MAGIC && !journals_data(keyring) &&
                                              !mounted_with_data_journal(status.st_dev));
  return in_place ? "verified-in-place" : "best-effort";
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
  directory->names_ = {path, path + "/data.mdb", path + "/lock.mdb", path + "/keyring"};
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

Result<void> Environment::Directory::enter_gate() {
  // An opener is done in milliseconds; one that was stopped must not stop everybody.
  for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += kGatePollMs) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return Error{ErrorCode::io, "the store's directory cannot be locked"}.with_errno(errno);
    if (waited_ms >= kGateWaitMaxMs)
      return Error{ErrorCode::busy, "another process is still opening the store", "try again"};
    std::this_thread::sleep_for(std::chrono::milliseconds(kGatePollMs));
  }
  return {};
}

void Environment::Directory::leave_gate() { flock(fd, LOCK_UN); }

Environment::Directory::~Directory() {
  close_files();
  if (fd >= 0) ::close(fd);
}

}  // namespace coffer::storage
