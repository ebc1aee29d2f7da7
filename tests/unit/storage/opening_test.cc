// Opening beside others: nobody opens what nobody has verified, nobody opens while an old
// environment is about to drop its locks, and a map that cannot grow is an error.
#include <coffer/result.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/scratch.h"

namespace coffer::storage::opening_test {
namespace {

std::string make_environment(const test::ScratchDirectory& scratch) {
  const std::string directory = scratch.in("env");
  REQUIRE(::mkdir(directory.c_str(), 0700) == 0);
  REQUIRE(Environment::open(directory, {.map_bytes = 1 << 20, .create = true}).ok());
  return directory;
}

// Every page number in the newest meta's tables points far outside.
void spoil(const std::string& directory) {
  std::fstream file(directory + "/data.mdb", std::ios::in | std::ios::out | std::ios::binary);
  for (const int meta : {0, 4096}) {
    file.seekp(meta + 16 + 24 + 48 + 40);  // Root of the main table.
    const std::uint64_t far = 100'000;
    file.write(reinterpret_cast<const char*>(&far), sizeof far);
    const std::uint64_t last = 200'000;
    file.seekp(meta + 16 + 24 + 96);
    file.write(reinterpret_cast<const char*>(&last), sizeof last);
  }
}

TEST_CASE("a damaged file is refused also while another opener holds the directory") {
  const test::ScratchDirectory scratch;
  const std::string directory = make_environment(scratch);
  spoil(directory);
  const int other = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::flock(other, LOCK_SH) == 0);
  std::thread leaves([other] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::close(other);
  });
  auto opened = Environment::open(directory, {.map_bytes = 1 << 20});
  leaves.join();
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code() == ErrorCode::corrupt);
}

TEST_CASE("closing and opening at once never leaves an environment without its lock") {
  const test::ScratchDirectory scratch;
  const std::string directory = make_environment(scratch);
  auto held = Environment::open(directory, {.map_bytes = 1 << 20}).value();
  for (int round = 0; round < 300; ++round) {
    std::thread closes([old = std::move(held)]() mutable { old.reset(); });
    held = Environment::open(directory, {.map_bytes = 1 << 20}).value();
    closes.join();
    // Whoever asks from outside must find the lock file locked by us.
    const pid_t child = ::fork();
    if (child == 0) {
      const int fd = ::open((directory + "/lock.mdb").c_str(), O_RDWR);
      struct flock lock {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      lock.l_len = 1;
      ::_exit(::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WEXITSTATUS(status) == 0);
  }
}

TEST_CASE("a lock file open to others or behind a link is refused") {
  const test::ScratchDirectory scratch;
  const std::string directory = make_environment(scratch);
  const std::string lock = directory + "/lock.mdb";
  SECTION("open to others") { REQUIRE(::chmod(lock.c_str(), 0666) == 0); }
  SECTION("a link") {
    REQUIRE(::rename(lock.c_str(), scratch.in("elsewhere").c_str()) == 0);
    REQUIRE(::symlink(scratch.in("elsewhere").c_str(), lock.c_str()) == 0);
  }
  auto opened = Environment::open(directory, {.map_bytes = 1 << 20});
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code() == ErrorCode::io);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
Bytes some_key(int number) { return Bytes(24, static_cast<std::uint8_t>(number)); }

// In a child of its own: the limit on address space stays with the process.
TEST_CASE("a map that cannot grow is an error, and reading goes on") {
  const test::ScratchDirectory scratch;
  const std::string directory = make_environment(scratch);
  const pid_t child = ::fork();
  if (child == 0) {
    auto environment = Environment::open(directory, {.map_bytes = std::uint64_t{200} << 20});
    if (!environment) ::_exit(10);
    {
      auto txn = WriteTxn::begin(**environment);
      if (!txn || !(*txn)->put(Table::history, some_key(1), some_key(2)) || !(*txn)->commit())
        ::_exit(11);
    }
    rlimit limit{};
    limit.rlim_cur = limit.rlim_max = std::uint64_t{400} << 20;
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(12);
    auto grown = WriteTxn::begin(**environment, std::uint64_t{2} << 30);
    if (grown || grown.error().code() != ErrorCode::limit) ::_exit(13);
    ReadTxn reader(*environment);
    if (!reader.renew()) ::_exit(14);
    auto found = reader.get(Table::history, some_key(1));
    ::_exit(found && *found ? 0 : 15);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

}  // namespace
}  // namespace coffer::storage::opening_test
