// What every test of a whole store needs: a directory of its own, a clock that it turns,
// a key file, a store.
#pragma once

#include <coffer/store.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace coffer::test {

inline void must(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// In TMPDIR where that is set, else in memory where there is such a place; gone at the end.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    const char* asked = std::getenv("TMPDIR");
    path_ = asked != nullptr ? asked : ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    path_ += "/coffer-test-XXXXXX";
    must(::mkdtemp(path_.data()) != nullptr, "mkdtemp");
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string in(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class TurnedClock : public Clock {
 public:
  explicit TurnedClock(std::int64_t start_ms = 1'700'000'000'000) : now_(start_ms) {}
  std::int64_t now_ms() const override { return now_.load(); }
  void set(std::int64_t now_ms) { now_.store(now_ms); }
  void turn(std::int64_t by_ms) { now_.fetch_add(by_ms); }

 private:
  std::atomic<std::int64_t> now_;
};

inline Bytes read_whole_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  must(fd >= 0, "open");
  struct stat status {};
  must(::fstat(fd, &status) == 0, "fstat");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(fd, bytes.data() + done, bytes.size() - done);
    must(got > 0, "read");
    done += static_cast<std::size_t>(got);
  }
  ::close(fd);
  return bytes;
}

/// In place: the file keeps its inode, as it does for whoever has it open.
inline void write_whole_file(const std::string& path, ByteView bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  must(fd >= 0, "open");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = ::write(fd, bytes.data() + done, bytes.size() - done);
    must(put > 0, "write");
    done += static_cast<std::size_t>(put);
  }
  ::close(fd);
}

/// A new store with one key file, its time told by `clock`.
class ScratchStore {
 public:
  explicit ScratchStore(CreateOptions options = {}) {
    must(create_key_file(key_file()).ok(), "create_key_file");
    options.clock = &clock;
    must(Store::create(path(), {key()}, options).ok(), "Store::create");
  }

  std::string path() const { return directory.in("store"); }
  std::string file(const std::string& name) const { return path() + "/" + name; }
  std::string key_file() const { return directory.in("master.key"); }
  KeySource key() const { return KeySource::file(key_file()); }
  Result<Store> try_open() const {
    OpenOptions options;
    options.clock = &clock;
    return Store::open(path(), key(), options);
  }
  Store open() const {
    auto store = try_open();
    if (!store) throw std::runtime_error(describe(store.error()));
    return std::move(*store);
  }

  ScratchDirectory directory;
  TurnedClock clock;
};

inline PutOptions ttl(std::int64_t ttl_ms) {
  PutOptions options;
  options.ttl_ms = ttl_ms;
  return options;
}

}  // namespace coffer::test
