// The files of an open store: opened together, and later compared with their names.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/check.h"
#include "storage/directory.h"
#include "storage/lmdb_error.h"

namespace coffer::storage {
namespace {

// Slightly more than LMDB would make the lock file for this engine's number of readers; LMDB
// accepts any size. The blocks are allocated: LMDB would leave a hole, and touching a mapped hole
// on a full disk raises SIGBUS.
constexpr off_t kLockFileBytes = 17 * 4096;
constexpr off_t kLockFileBytesMax = 1 << 20;
constexpr off_t kBlockBytes = 512;  // The unit of st_blocks on every file system.
constexpr std::array<const char*, 4> kFileNames = {nullptr, "data.mdb", "lock.mdb", "keyring"};

Error another_data_file(std::uint64_t process) {
  Error error{ErrorCode::busy,
              "the data file was replaced while another process has the old one open",
              "stop every process that uses the store, then try again"};
  return process != 0 ? std::move(error).with_number(process) : error;
}

Error another_lock_file() {
  return {ErrorCode::busy, "a process has the data file open, but with another lock file",
          "the lock file was removed or replaced, or a forked child has outlived its parent: "
          "stop every process that uses the store, then try again"};
}

}  // namespace

Result<bool> Environment::Directory::open_files() {
  COFFER_CHECK(fd >= 0 && data_fd < 0 && lock_fd < 0);
  data_fd = openat(fd, kFileNames[1], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (data_fd < 0) return Error(ErrorCode::io, "the data file cannot be opened").with_errno(errno);
  const bool data_is_used = flock(data_fd, LOCK_EX | LOCK_NB) != 0;
  if (data_is_used && errno != EWOULDBLOCK)
    return Error(ErrorCode::io, "the data file cannot be locked").with_errno(errno);
  lock_fd = openat(fd, kFileNames[2], O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (lock_fd < 0 && errno != ENOENT) return lmdb_error(errno);
  std::uint64_t process = 0;
  const bool lock_is_used = lock_fd >= 0 && COFFER_TRY(is_lock_file_used(process));
  if (lock_is_used && !data_is_used) return another_data_file(process);
  if (data_is_used && !lock_is_used) return another_lock_file();
  if (lock_fd < 0) {
    COFFER_TRY(make_lock_file());
  } else {
    COFFER_TRY(allocate_lock_file(lock_is_used));
    COFFER_TRY(expect(StoreFile::lock, lock_fd));
  }
  COFFER_TRY(expect(StoreFile::data, data_fd));
  COFFER_CHECK(data_fd >= 0 && lock_fd >= 0);
  return !data_is_used;
}

// Every process that has the environment open keeps LMDB's shared lock on the first byte.
Result<bool> Environment::Directory::is_lock_file_used(std::uint64_t& by) const {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_len = 1;
  if (fcntl(lock_fd, F_GETLK, &lock) != 0)
    return Error(ErrorCode::io, "the lock file cannot be examined").with_errno(errno);
  if (lock.l_type == F_UNLCK) return false;
  by = lock.l_pid > 0 ? static_cast<std::uint64_t>(lock.l_pid) : 0;  // 0: in another namespace.
  return true;
}

Result<void> Environment::Directory::make_lock_file() {
  COFFER_CHECK(fd >= 0 && lock_fd < 0);
  lock_fd = openat(fd, kFileNames[2], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_fd < 0) return lmdb_error(errno);
  COFFER_TRY(allocate_lock_file(false));
  return expect(StoreFile::lock, lock_fd);
}

// An unused lock file may be overwritten: LMDB starts over with it.
Result<void> Environment::Directory::allocate_lock_file(bool used) const {
  struct stat status {};
  if (fstat(lock_fd, &status) != 0) return lmdb_error(errno);
  const bool is_whole = status.st_size >= kLockFileBytes && status.st_size <= kLockFileBytesMax;
  if (is_whole && status.st_blocks * kBlockBytes >= status.st_size) return {};
  if (used) {
    const off_t size = std::max(status.st_size, kLockFileBytes);
    // Not every file system can fallocate; the process that made the file wrote zeros instead.
    if (fallocate(lock_fd, 0, 0, size) != 0 && (errno == ENOSPC || errno == EDQUOT))
      return lmdb_error(errno);
    return {};
  }
  if (status.st_size > kLockFileBytesMax && ftruncate(lock_fd, kLockFileBytes) != 0)
    return lmdb_error(errno);
  const std::vector<std::uint8_t> zeros(
      static_cast<std::size_t>(is_whole ? status.st_size : kLockFileBytes));
  for (std::size_t done = 0; done < zeros.size();) {
    const ssize_t put =
        pwrite(lock_fd, zeros.data(), zeros.size() - done, static_cast<off_t>(done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return lmdb_error(put == 0 ? ENOSPC : errno);
    done += static_cast<std::size_t>(put);
  }
  return {};
}

Result<void> Environment::Directory::hold() {
  COFFER_CHECK(data_fd >= 0);
  while (flock(data_fd, LOCK_SH) != 0) {
    if (errno != EINTR)
      return Error(ErrorCode::io, "the data file cannot be locked").with_errno(errno);
  }
  return {};
}

void Environment::Directory::close_files() {
  if (data_fd >= 0) ::close(data_fd);
  if (lock_fd >= 0) ::close(lock_fd);
  data_fd = lock_fd = -1;
  const std::lock_guard lock(expected_mutex_);
  expected_[static_cast<std::size_t>(StoreFile::data)].reset();
  expected_[static_cast<std::size_t>(StoreFile::lock)].reset();
}

// While the descriptor is open, no other file can get the inode number noted here.
Result<void> Environment::Directory::expect(StoreFile file, int descriptor) {
  COFFER_CHECK(descriptor >= 0);
  struct stat status {};
  if (fstat(descriptor, &status) != 0)
    return Error(ErrorCode::io, "a file of the store cannot be examined").with_errno(errno);
  const std::lock_guard lock(expected_mutex_);
  auto& expected = expected_[static_cast<std::size_t>(file)];
  const Identity found{status.st_dev, status.st_ino};
  if (!expected) expected = found;
  if (*expected == found) return {};
  return Error(ErrorCode::failed, "a file of the store was replaced while it was being opened",
               "wait until the replacement is complete, then try again");
}

std::optional<Environment::Directory::Identity> Environment::Directory::identity_at(
    int directory, const char* name) {
  struct stat status {};
  if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

bool Environment::Directory::shares_file_with(const Directory& other) const {
  const std::lock_guard lock(expected_mutex_);
  for (const StoreFile file : {StoreFile::data, StoreFile::lock}) {
    const auto& expected = expected_[static_cast<std::size_t>(file)];
    if (expected && expected == identity_at(other.fd, kFileNames[static_cast<std::size_t>(file)]))
      return true;
  }
  return false;
}

// Looks the file up by its full path, which also reveals that the directory was replaced.
Environment::Directory::Sight Environment::Directory::look_at(StoreFile file) const {
  const auto& expected = expected_[static_cast<std::size_t>(file)];
  if (!expected) return Sight::same;
  errno = 0;
  const auto found = identity_at(AT_FDCWD, names_[static_cast<std::size_t>(file)].c_str());
  if (!found && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) return Sight::none;
  return found == expected ? Sight::same : Sight::another;
}

bool Environment::Directory::is_data_replaced() const {
  const std::lock_guard lock(expected_mutex_);
  return look_at(StoreFile::data) == Sight::another;
}

Result<std::optional<StoreFile>> Environment::Directory::find_replaced() const {
  const std::lock_guard lock(expected_mutex_);
  for (const StoreFile file : {StoreFile::data, StoreFile::lock, StoreFile::keyring}) {
    const Sight sight = look_at(file);
    if (sight == Sight::same) continue;
    if (sight == Sight::none)
      return Error(ErrorCode::io, "the store's files can no longer be found by name",
                   "give the process the right to search the store's directory again")
          .with_errno(errno);
    struct stat status {};
    const Identity own{device, inode};
    const bool directory_is_there =
        stat(names_[0].c_str(), &status) == 0 && Identity{status.st_dev, status.st_ino} == own;
    return std::optional(directory_is_there ? file : StoreFile::directory);
  }
  return std::optional<StoreFile>();
}

Result<void> Environment::check_usable() {
  if (sentinel_.in_child())
    return Error(ErrorCode::failed, "a forked child may not use its parent's store",
                 "open the store again in the child");
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // Without a system call: every get comes here.
  // A failed look-up does not stop reads.
  if (looked_at_s_.load(std::memory_order_relaxed) != now.tv_sec) (void)look_at_files();
  return replaced_error();
}

Result<void> Environment::hold_keyring(int descriptor) {
  COFFER_TRY(directory_handle_->expect(StoreFile::keyring, descriptor));
  return look_at_files();
}

// A replaced file is final: the new file holds changes that this process does not know, and
// what this process would write to the old one is lost, for no name leads to it.
Result<void> Environment::look_at_files() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  looked_at_s_.store(now.tv_sec, std::memory_order_relaxed);
  if (const auto file = COFFER_TRY(directory_handle_->find_replaced())) {
    int none = kNoneReplaced;
    replaced_.compare_exchange_strong(none, static_cast<int>(*file));
  }
  return replaced_error();
}

Result<void> Environment::look_at_data_file() {
  return directory_handle_->is_data_replaced() ? look_at_files() : replaced_error();
}

Result<void> Environment::replaced_error() const {
  const int file = replaced_.load(std::memory_order_relaxed);
  if (file == kNoneReplaced) return {};
  constexpr Literal kHint("stop every process that uses the store, then open it again");
  switch (static_cast<StoreFile>(file)) {
    case StoreFile::directory:
      return Error(ErrorCode::failed,
                   "the store's directory was moved or replaced while it was open", kHint);
    case StoreFile::data:
      return Error(ErrorCode::failed, "the store's data file was replaced while it was open",
                   kHint);
    case StoreFile::lock:
      return Error(ErrorCode::failed, "the store's lock file was replaced while it was open",
                   kHint);
    default: break;
  }
  return Error(ErrorCode::failed, "the store's keyring file was replaced while it was open", kHint);
}

}  // namespace coffer::storage
