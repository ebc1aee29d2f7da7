// Preloaded before the C library (LD_PRELOAD). Records every call that changes a file below one
// directory, or kills the program before the call of a given number.
//
// Writes through a memory map are not seen. That is enough: the engine writes its files only by
// calls, and lock.mdb need not survive a cut.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/crash/power_cut/log_record.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

using coffer::test::Call;
using coffer::test::RecordHeader;

struct Recorder {
  std::string directory;
  int log = -1;
  long kill_at = 0;
  long calls = 0;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

  Recorder() {
    const char* where = std::getenv(coffer::test::kRecordDirectory);
    const char* name = std::getenv(coffer::test::kRecordLog);
    const char* kill = std::getenv(coffer::test::kRecordKillAt);
    if (where == nullptr || name == nullptr) return;
    directory = where;
    log = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (kill != nullptr) kill_at = std::strtol(kill, nullptr, 10);
  }
};

Recorder& recorder() {
  static auto* const instance = new Recorder;
  return *instance;
}

// Held from before a call until it is recorded, so that calls come one at a time.
class Turn {
 public:
  Turn() { pthread_mutex_lock(&recorder().mutex); }
  ~Turn() { pthread_mutex_unlock(&recorder().mutex); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

std::string link_target(int fd) {
  char name[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), name, sizeof name);
  return size < 0 ? std::string() : std::string(name, static_cast<std::size_t>(size));
}

bool is_ours(std::string_view path) {
  const std::string& directory = recorder().directory;
  return recorder().log >= 0 && path.substr(0, directory.size()) == directory &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

bool is_ours(int fd) {
  const int before = errno;
  const bool ours = recorder().log >= 0 && is_ours(link_target(fd));
  errno = before;
  return ours;
}

std::string absolute(int at, const char* path) {
  if (path[0] == '/') return path;
  char here[4096];
  std::string base;
  if (at == AT_FDCWD) {
    base = getcwd(here, sizeof here) != nullptr ? here : "";
  } else {
    base = link_target(at);
  }
  return base + "/" + path;
}

std::string_view inside(std::string_view path) {
  path.remove_prefix(recorder().directory.size());
  return path.empty() ? path : path.substr(1);
}

// Comes right before each counted call, the last moment at which it has not been made.
void about_to_call() {
  if (++recorder().calls == recorder().kill_at) kill(getpid(), SIGKILL);
}

void put_down(RecordHeader header, std::string_view name, std::string_view other, const iovec* data,
              int count) {
  const int before = errno;
  header.name_bytes = static_cast<std::uint32_t>(name.size());
  header.other_bytes = static_cast<std::uint32_t>(other.size());
  std::string record(reinterpret_cast<const char*>(&header), sizeof header);
  record.append(name).append(other);
  std::uint64_t left = header.data_bytes;
  for (int i = 0; i < count && left > 0; ++i) {
    const std::size_t size = data[i].iov_len < left ? data[i].iov_len : left;
    record.append(static_cast<const char*>(data[i].iov_base), size);
    left -= size;
  }
  if (syscall(SYS_write, recorder().log, record.data(), record.size()) !=
      static_cast<long>(record.size()))
    abort();
  errno = before;
}

std::uint64_t inode_of(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

void record_write(int fd, off_t offset, const iovec* data, int count, ssize_t written) {
  if (written <= 0) return;
  RecordHeader header;
  header.call = Call::write;
  header.durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0 ? 1 : 0;
  header.inode = inode_of(fd);
  header.offset = static_cast<std::uint64_t>(offset);
  header.data_bytes = static_cast<std::uint64_t>(written);
  put_down(header, {}, {}, data, count);
}

off_t place_of_next_write(int fd) {
  struct stat status {};
  if ((fcntl(fd, F_GETFL) & O_APPEND) != 0 && fstat(fd, &status) == 0) return status.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

int record_sync(int fd, const char* name) {
  const auto real = next<int (*)(int)>(name);
  if (!is_ours(fd)) return real(fd);
  const Turn turn;
  about_to_call();
  const int code = real(fd);
  RecordHeader header;
  header.call = Call::sync;
  header.inode = inode_of(fd);
  if (code == 0) put_down(header, {}, {}, nullptr, 0);
  return code;
}

int record_truncate(int fd, off_t length, const char* name) {
  const auto real = next<int (*)(int, off_t)>(name);
  if (!is_ours(fd)) return real(fd, length);
  const Turn turn;
  about_to_call();
  const int code = real(fd, length);
  RecordHeader header;
  header.call = Call::truncate;
  header.inode = inode_of(fd);
  header.offset = static_cast<std::uint64_t>(length);
  if (code == 0) put_down(header, {}, {}, nullptr, 0);
  return code;
}

using Open = int (*)(int, const char*, int, ...);

int record_open(int at, const char* path, int flags, mode_t mode) {
  static const auto real = next<Open>("openat");
  const std::string name = absolute(at, path);
  if (!is_ours(name)) return real(at, path, flags, mode);
  const Turn turn;
  struct stat status {};
  const bool there = fstatat(at, path, &status, 0) == 0;
  const bool creates = (flags & O_CREAT) != 0 && !there;
  const bool cuts = (flags & O_TRUNC) != 0 && there;
  if (creates || cuts) about_to_call();
  const int fd = real(at, path, flags, mode);
  if (fd < 0 || (!creates && !cuts)) return fd;
  RecordHeader header;
  header.call = creates ? Call::create_file : Call::truncate;
  header.inode = inode_of(fd);
  put_down(header, inside(name), {}, nullptr, 0);
  return fd;
}

int record_unlink(int at, const char* path, int flags) {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  const std::string name = absolute(at, path);
  if (!is_ours(name)) return real(at, path, flags);
  const Turn turn;
  about_to_call();
  const int code = real(at, path, flags);
  RecordHeader header;
  header.call = Call::unlink;
  if (code == 0) put_down(header, inside(name), {}, nullptr, 0);
  return code;
}

int record_mkdir(int at, const char* path, mode_t mode) {
  static const auto real = next<int (*)(int, const char*, mode_t)>("mkdirat");
  const std::string name = absolute(at, path);
  if (!is_ours(name)) return real(at, path, mode);
  const Turn turn;
  about_to_call();
  const int code = real(at, path, mode);
  struct stat status {};
  RecordHeader header;
  header.call = Call::create_directory;
  if (code != 0 || fstatat(at, path, &status, 0) != 0) return code;
  header.inode = status.st_ino;
  put_down(header, inside(name), {}, nullptr, 0);
  return code;
}

int record_rename(int from_at, const char* from, int to_at, const char* to, unsigned flags) {
  const std::string old_name = absolute(from_at, from);
  const std::string new_name = absolute(to_at, to);
  const auto call = [&] {
    return static_cast<int>(syscall(SYS_renameat2, from_at, from, to_at, to, flags));
  };
  if (!is_ours(old_name) && !is_ours(new_name)) return call();
  const Turn turn;
  about_to_call();
  const int code = call();
  RecordHeader header;
  header.call = Call::rename;
  if (code == 0) put_down(header, inside(old_name), inside(new_name), nullptr, 0);
  return code;
}

int record_link(int from_at, const char* from, int to_at, const char* to, int flags) {
  static const auto real = next<int (*)(int, const char*, int, const char*, int)>("linkat");
  const std::string name = absolute(to_at, to);
  if (!is_ours(name)) return real(from_at, from, to_at, to, flags);
  const Turn turn;
  about_to_call();
  const int code = real(from_at, from, to_at, to, flags);
  struct stat status {};
  RecordHeader header;
  header.call = Call::link;
  if (code != 0 || fstatat(to_at, to, &status, AT_SYMLINK_NOFOLLOW) != 0) return code;
  header.inode = status.st_ino;
  put_down(header, inside(name), {}, nullptr, 0);
  return code;
}

mode_t mode_of(int flags, va_list words) {
  const bool given = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return given ? va_arg(words, mode_t) : 0;
}

ssize_t record_pwritev(int fd, const iovec* data, int count, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int, off_t)>("pwritev");
  if (!is_ours(fd)) return real(fd, data, count, offset);
  const Turn turn;
  about_to_call();
  const ssize_t written = real(fd, data, count, offset);
  record_write(fd, offset, data, count, written);
  return written;
}

ssize_t record_pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (!is_ours(fd)) return real(fd, bytes, size, offset);
  const Turn turn;
  about_to_call();
  const ssize_t written = real(fd, bytes, size, offset);
  const iovec data{const_cast<void*>(bytes), size};
  record_write(fd, offset, &data, 1, written);
  return written;
}

}  // namespace

// Programs find this function by its name; see Actor in scenario.h.
EXPORTED void coffer_record_note(const char* text, std::size_t size) {
  const Turn turn;
  RecordHeader header;
  header.call = Call::note;
  header.data_bytes = size;
  const iovec data{const_cast<char*>(text), size};
  if (recorder().log >= 0) put_down(header, {}, {}, &data, 1);
}

EXPORTED ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return record_pwrite(fd, bytes, size, offset);
}
EXPORTED ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t offset) {
  return record_pwrite(fd, bytes, size, offset);
}
EXPORTED ssize_t pwritev(int fd, const iovec* data, int count, off_t offset) {
  return record_pwritev(fd, data, count, offset);
}
EXPORTED ssize_t pwritev64(int fd, const iovec* data, int count, off_t offset) {
  return record_pwritev(fd, data, count, offset);
}

EXPORTED ssize_t writev(int fd, const iovec* data, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("writev");
  if (!is_ours(fd)) return real(fd, data, count);
  const Turn turn;
  about_to_call();
  const off_t offset = place_of_next_write(fd);
  const ssize_t written = real(fd, data, count);
  record_write(fd, offset, data, count, written);
  return written;
}

EXPORTED ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (!is_ours(fd)) return real(fd, bytes, size);
  const Turn turn;
  about_to_call();
  const off_t offset = place_of_next_write(fd);
  const ssize_t written = real(fd, bytes, size);
  const iovec data{const_cast<void*>(bytes), size};
  record_write(fd, offset, &data, 1, written);
  return written;
}

EXPORTED int fsync(int fd) { return record_sync(fd, "fsync"); }
EXPORTED int fdatasync(int fd) { return record_sync(fd, "fdatasync"); }

EXPORTED int ftruncate(int fd, off_t length) noexcept {
  return record_truncate(fd, length, "ftruncate");
}
EXPORTED int ftruncate64(int fd, off_t length) noexcept {
  return record_truncate(fd, length, "ftruncate64");
}

EXPORTED int open(const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return record_open(AT_FDCWD, path, flags, mode);
}
EXPORTED int open64(const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return record_open(AT_FDCWD, path, flags, mode);
}
EXPORTED int openat(int at, const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return record_open(at, path, flags, mode);
}
EXPORTED int openat64(int at, const char* path, int flags, ...) {
  va_list words;
  va_start(words, flags);
  const mode_t mode = mode_of(flags, words);
  va_end(words);
  return record_open(at, path, flags, mode);
}
// With _FORTIFY_SOURCE, open() without a mode becomes these; they create nothing.
EXPORTED int __open_2(const char* path, int flags) { return record_open(AT_FDCWD, path, flags, 0); }
EXPORTED int __open64_2(const char* path, int flags) {
  return record_open(AT_FDCWD, path, flags, 0);
}

EXPORTED int unlink(const char* path) noexcept { return record_unlink(AT_FDCWD, path, 0); }
EXPORTED int rmdir(const char* path) noexcept {
  return record_unlink(AT_FDCWD, path, AT_REMOVEDIR);
}
EXPORTED int unlinkat(int at, const char* path, int flags) noexcept {
  return record_unlink(at, path, flags);
}
EXPORTED int mkdir(const char* path, mode_t mode) noexcept {
  return record_mkdir(AT_FDCWD, path, mode);
}
EXPORTED int mkdirat(int at, const char* path, mode_t mode) noexcept {
  return record_mkdir(at, path, mode);
}
// The C library's mkdtemp does not call our mkdir.
EXPORTED char* mkdtemp(char* name) noexcept {
  static const auto real = next<char* (*)(char*)>("mkdtemp");
  const std::string at = absolute(AT_FDCWD, name);
  if (!is_ours(at)) return real(name);
  const Turn turn;
  about_to_call();
  char* made = real(name);
  struct stat status {};
  RecordHeader header;
  header.call = Call::create_directory;
  if (made == nullptr || stat(made, &status) != 0) return made;
  header.inode = status.st_ino;
  put_down(header, inside(absolute(AT_FDCWD, made)), {}, nullptr, 0);
  return made;
}
EXPORTED int linkat(int from_at, const char* from, int to_at, const char* to, int flags) noexcept {
  return record_link(from_at, from, to_at, to, flags);
}
EXPORTED int rename(const char* from, const char* to) noexcept {
  return record_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}
EXPORTED int renameat(int from_at, const char* from, int to_at, const char* to) noexcept {
  return record_rename(from_at, from, to_at, to, 0);
}
EXPORTED int renameat2(int from_at, const char* from, int to_at, const char* to,
                       unsigned flags) noexcept {
  return record_rename(from_at, from, to_at, to, flags);
}
