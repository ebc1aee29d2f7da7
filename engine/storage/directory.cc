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
#include <string_view>
#include <thread>

#include "base/check.h"
#include "base/files.h"
#include "base/private_file.h"
#include "storage/file_system.h"

namespace coffer::storage {
namespace {

constexpr int kGatePollMs = 1;
constexpr int kGateWaitMaxMs = 30'000;
constexpr std::uint64_t kXfsMagic = 0x58465342;

Error no_store_here(const std::string& path) {
  return Error(ErrorCode::no_store, "there is no store here", Advice::make_store)
      .about(Subject::Kind::file, path);
}

// A keyring without data.mdb means that a store was here: advising a new one would be wrong.
Error no_data_file(int directory) {
  if (faccessat(directory, "keyring", F_OK, AT_SYMLINK_NOFOLLOW) != 0)
    return {ErrorCode::no_store, "there is no store here", Advice::make_store};
  return Error(ErrorCode::corrupt, "the store's data file is missing",
               "put data.mdb and keyring back from one copy, made at one time")
      .about(Subject::Kind::file, "data.mdb");
}

// With chattr +j the file's blocks also pass through the journal, where old copies stay.
bool journals_data(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  unsigned flags = 0;
  const bool known = file.ok() && ioctl(file.get(), FS_IOC_GETFLAGS, &flags) == 0;
  return !known || (flags & FS_JOURNAL_DATA_FL) != 0;
}

// data=journal does to all files of a file system what chattr +j does to one. Unknown counts as
// yes, so that nothing is promised on a guess.
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
  return !found;
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
    if (errno == ENOENT || errno == ENOTDIR) return no_store_here(path);
    return Error(ErrorCode::io, "the store's directory cannot be opened")
        .with_errno(errno)
        .about(Subject::Kind::file, path);
  }
  struct stat status {};
  if (fstat(directory->fd, &status) != 0)
    return Error(ErrorCode::io, "the store's directory cannot be read").with_errno(errno);
  COFFER_TRY(check_owner(status, path));
  if ((status.st_mode & 022) != 0)
    return Error(ErrorCode::io, "others may write into the store's directory",
                 "chmod 700 it and chmod 600 its files, and check that they are still yours")
        .about(Subject::Kind::file, path);
  struct statfs fs {};
  if (fstatfs(directory->fd, &fs) == 0 &&
      locks_of(static_cast<std::uint64_t>(static_cast<unsigned>(fs.f_type))) == Locks::none)
    return Error(ErrorCode::io,
                 "the store is on a file system shared by several machines, where locks fail",
                 "move it to a local disk")
        .about(Subject::Kind::file, path);
  directory->device = status.st_dev;
  directory->inode = status.st_ino;
  directory->names_ = {path, path + "/data.mdb", path + "/lock.mdb", path + "/keyring"};
  return directory;
}

Result<void> Environment::Directory::check_file(const char* name) const {
  struct stat status {};
  if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT && std::string_view(name) == "data.mdb") return no_data_file(fd);
    if (errno == ENOENT) return Error(ErrorCode::no_store, "the store has no such file");
    return Error(ErrorCode::io, "a file of the store cannot be read")
        .with_errno(errno)
        .about(Subject::Kind::file, name);
  }
  return check_private_file(status, name);
}

Result<void> Environment::Directory::enter_gate() {
  COFFER_CHECK(fd >= 0);
  // An opener needs milliseconds; if one was stopped inside the gate, the others must not hang.
  for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += kGatePollMs) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return Error(ErrorCode::io, "the store's directory cannot be locked").with_errno(errno);
    if (waited_ms >= kGateWaitMaxMs)
      return Error(ErrorCode::busy, "another process is still opening the store", "try again");
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
