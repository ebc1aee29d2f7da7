// The files of an open store, held against their names; and openers beside those who hold them.
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/scratch.h"

namespace coffer::storage::held_files_test {
namespace {

namespace fs = std::filesystem;
using test::read_whole_file;
using test::ScratchDirectory;
using test::write_whole_file;

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

Result<void> put(Environment& environment, std::string_view key, std::string_view value) {
  const auto txn = COFFER_TRY(WriteTxn::begin(environment));
  COFFER_TRY(txn->put(Table::history, as_bytes(key), as_bytes(value)));
  return txn->commit();
}

Result<std::string> get(const std::shared_ptr<Environment>& environment, std::string_view key) {
  ReadTxn txn(environment);
  COFFER_TRY(txn.renew());
  const auto found = COFFER_TRY(txn.get(Table::history, as_bytes(key)));
  std::string value(found ? as_text(*found) : "none");
  txn.reset();
  return value;
}

// A store's directory with a few records, and a keyring file that nobody looks into.
class Place {
 public:
  Place() {
    REQUIRE(::mkdir(path().c_str(), 0700) == 0);
    REQUIRE(Environment::open(path(), {.map_bytes = 1 << 20, .create = true}).ok());
    write_whole_file(file("keyring"), Bytes(100, 1));
    const auto environment = open();
    for (int i = 0; i < 40; ++i)
      REQUIRE(put(*environment, "key" + std::to_string(i), std::string(300, 'v')).ok());
  }
  std::string path() const { return directory_.in("store"); }
  std::string beside(const std::string& name) const { return directory_.in(name); }
  std::string file(const std::string& name) const { return path() + "/" + name; }
  std::shared_ptr<Environment> open() const {
    auto environment = Environment::open(path(), {.map_bytes = 1 << 24});
    if (!environment) FAIL(describe(environment.error()));
    return *environment;
  }
  // As a restore does: another file of the same bytes, under the same name.
  void replace(const std::string& name) const {
    write_whole_file(beside("fresh"), read_whole_file(file(name)));
    REQUIRE(::rename(beside("fresh").c_str(), file(name).c_str()) == 0);
  }

 private:
  ScratchDirectory directory_;
};

// Runs `body` in a forked child; its answer is the child's exit code, or minus the signal.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) ::signal(signal, SIG_DFL);
    ::alarm(60);
    ::_exit(body());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// What an opener in another process is answered; 0 where it opens.
int opener_is_told(const std::string& path) {
  return in_child([&] {
    const auto opened = Environment::open(path, {.map_bytes = 1 << 24});
    return opened ? 0 : static_cast<int>(opened.error().code());
  });
}

// Another process that has the store open and does nothing.
class IdleHolder {
 public:
  explicit IdleHolder(const std::string& path) {
    std::array<int, 2> ready{};
    std::array<int, 2> end{};
    REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(end.data(), O_CLOEXEC) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::close(end[1]);
      const auto held = Environment::open(path, {.map_bytes = 1 << 24});
      char byte = held && get(held.value(), "key1").ok() ? 'y' : 'n';
      if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
      (void)!::read(end[0], &byte, 1);
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(end[0]);
    end_ = end[1];
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    REQUIRE(byte == 'y');
  }
  ~IdleHolder() {
    ::close(end_);
    ::waitpid(pid_, nullptr, 0);
  }
  IdleHolder(const IdleHolder&) = delete;
  IdleHolder& operator=(const IdleHolder&) = delete;

 private:
  pid_t pid_ = -1;
  int end_ = -1;
};

// Reads every record, and takes every page that a write would take, without writing.
int use_everything(const std::string& path) {
  const auto opened = Environment::open(path, {.map_bytes = 1 << 24});
  if (!opened) return 100 + static_cast<int>(opened.error().code());
  ReadTxn txn(*opened);
  if (!txn.renew()) return 1;
  for (std::size_t i = 0; i < kTableCount; ++i) {
    auto cursor = Cursor::open(txn, static_cast<Table>(i));
    if (!cursor) return 2;
    unsigned sum = 0;
    for (auto more = cursor->first(); more && *more; more = cursor->next())
      for (const std::uint8_t byte : cursor->value()) sum += byte;
    if (sum == 1) return 3;
  }
  txn.reset();
  const auto writer = WriteTxn::begin(**opened);
  if (!writer) return 4;
  for (int i = 0; i < 40; ++i)
    if (!(*writer)->put(Table::history, as_bytes("key" + std::to_string(i)), Bytes(900, 7)))
      return 5;
  return 0;
}

}  // namespace

TEST_CASE("F-170: where a file was replaced, nothing is written, now or later") {
  const Place place;
  const std::string name = GENERATE("data.mdb", "lock.mdb", "keyring");
  INFO(name);
  auto environment = place.open();
  const int keyring = ::open(place.file("keyring").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(environment->hold_keyring(keyring).ok());
  REQUIRE(put(*environment, "a", "1").ok());
  REQUIRE(::link(place.file(name).c_str(), place.beside("away").c_str()) == 0);
  place.replace(name);
  const Bytes data = read_whole_file(place.file("data.mdb"));
  const auto refused = put(*environment, "a", "2");
  CHECK(code_of(refused) == ErrorCode::failed);
  CHECK(describe(refused.error()).find("was replaced while it was open") != std::string::npos);
  CHECK(code_of(put(*environment, "a", "3")) == ErrorCode::failed);
  CHECK(code_of(get(environment, "a")) == ErrorCode::failed);
  CHECK(code_of(Environment::open(place.path(), {})) == ErrorCode::failed);
  // Also where the file is put back: what happened in between, nobody knows.
  REQUIRE(::rename(place.beside("away").c_str(), place.file(name).c_str()) == 0);
  CHECK(code_of(put(*environment, "a", "4")) == ErrorCode::failed);
  CHECK(read_whole_file(place.file("data.mdb")) == data);
  environment.reset();
  ::close(keyring);
  CHECK(get(place.open(), "a").value() == "1");
  CHECK(put(*place.open(), "a", "5").ok());
}

TEST_CASE("F-170: what was written while a file was replaced is not acknowledged") {
  const Place place;
  const auto environment = place.open();
  const auto txn = WriteTxn::begin(*environment).value();
  REQUIRE(txn->put(Table::history, as_bytes("a"), as_bytes("1")).ok());
  place.replace("data.mdb");
  CHECK(code_of(txn->commit()) == ErrorCode::failed);
}

TEST_CASE("F-170: a directory that was moved away is noticed, with another in its place or none") {
  const Place place;
  const bool another = GENERATE(false, true);
  const auto environment = place.open();
  REQUIRE(::rename(place.path().c_str(), place.beside("old").c_str()) == 0);
  if (another) fs::copy(place.beside("old"), place.path());
  CHECK(code_of(put(*environment, "a", "2")) == ErrorCode::failed);
  CHECK(code_of(get(environment, "a")) == ErrorCode::failed);
}

TEST_CASE("F-174: who only reads stops within two seconds of a file being replaced") {
  const Place place;
  const auto environment = place.open();
  REQUIRE(get(environment, "key1").ok());
  place.replace("data.mdb");
  std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
  CHECK(code_of(get(environment, "key1")) == ErrorCode::failed);
}

TEST_CASE("F-171: an opener refuses a data file that is not the one of who holds the lock file") {
  const Place place;
  {
    const IdleHolder holder(place.path());
    CHECK(opener_is_told(place.path()) == 0);
    place.replace("data.mdb");
    CHECK(opener_is_told(place.path()) == static_cast<int>(ErrorCode::busy));
    const auto refused = Environment::open(place.path(), {});
    CHECK(code_of(refused) == ErrorCode::busy);
    CHECK(describe(refused.error()).find("the data file was replaced") != std::string::npos);
  }
  CHECK(opener_is_told(place.path()) == 0);
}

TEST_CASE("F-171: an opener makes no second lock file beside the one that others hold") {
  const Place place;
  const bool removed = GENERATE(true, false);
  {
    const IdleHolder holder(place.path());
    if (removed) REQUIRE(::unlink(place.file("lock.mdb").c_str()) == 0);
    if (!removed) place.replace("lock.mdb");
    CHECK(opener_is_told(place.path()) == static_cast<int>(ErrorCode::busy));
    CHECK(fs::exists(place.file("lock.mdb")) == !removed);
  }
  CHECK(opener_is_told(place.path()) == 0);
}

TEST_CASE("F-171: a data file at another transaction than its holders is refused") {
  const Place place;
  const Bytes before = read_whole_file(place.file("data.mdb"));
  REQUIRE(put(*place.open(), "later", "1").ok());
  const Bytes after = read_whole_file(place.file("data.mdb"));
  // In place: the same file, with the content of another time.
  const bool newer = GENERATE(true, false);
  if (newer) write_whole_file(place.file("data.mdb"), before);
  {
    const IdleHolder holder(place.path());
    write_whole_file(place.file("data.mdb"), newer ? after : before);
    CHECK(opener_is_told(place.path()) == static_cast<int>(ErrorCode::busy));
  }
  CHECK(opener_is_told(place.path()) == 0);
}

TEST_CASE("a child of the process that had the store open can open it after its parent's end") {
  const Place place;
  CHECK(in_child([&] {
          std::array<int, 2> answer{};
          std::array<int, 2> parent_is_gone{};
          if (::pipe(answer.data()) != 0 || ::pipe(parent_is_gone.data()) != 0) return 2;
          // Whose parent is this child; it ends, as a daemon's does.
          const pid_t parent = ::fork();
          if (parent == 0) {
            const auto own = Environment::open(place.path(), {.map_bytes = 1 << 24});
            const pid_t daemon = ::fork();
            if (daemon != 0) ::_exit(own ? 0 : 1);
            char byte = 0;
            ::close(parent_is_gone[1]);
            (void)!::read(parent_is_gone[0], &byte, 1);
            const auto mine = Environment::open(place.path(), {.map_bytes = 1 << 24});
            byte = mine && put(**mine, "daemon", "1") ? 'y' : 'n';
            (void)!::write(answer[1], &byte, 1);
            ::_exit(0);
          }
          int status = 0;
          ::waitpid(parent, &status, 0);
          ::close(parent_is_gone[1]);
          char byte = 0;
          return ::read(answer[0], &byte, 1) == 1 && byte == 'y' ? 0 : 3;
        }) == 0);
}

TEST_CASE("the same files under another directory are not opened twice in one process") {
  const Place place;
  auto environment = place.open();
  REQUIRE(::mkdir(place.beside("other").c_str(), 0700) == 0);
  for (const char* name : {"data.mdb", "lock.mdb"})
    REQUIRE(::rename(place.file(name).c_str(), (place.beside("other") + "/" + name).c_str()) == 0);
  CHECK(code_of(Environment::open(place.beside("other"), {})) == ErrorCode::failed);
  environment.reset();
  CHECK(Environment::open(place.beside("other"), {.map_bytes = 1 << 24}).ok());
}

TEST_CASE("a store opened by a relative path is written to from any working directory") {
  const Place place;
  CHECK(in_child([&] {
          if (::chdir(fs::path(place.path()).parent_path().c_str()) != 0) return 1;
          const auto opened = Environment::open("store", {.map_bytes = 1 << 24});
          if (!opened || ::chdir("/") != 0) return 2;
          return put(**opened, "a", "1") && get(*opened, "a").value() == "1" ? 0 : 3;
        }) == 0);
}

TEST_CASE("F-173: the lock file has all its blocks, whatever it was found as") {
  const Place place;
  const std::string lock = place.file("lock.mdb");
  const auto is_allocated = [&] {
    struct stat status {};
    REQUIRE(::stat(lock.c_str(), &status) == 0);
    return status.st_size > 0 && status.st_blocks * 512 >= status.st_size;
  };
  CHECK(is_allocated());
  SECTION("absent") { REQUIRE(::unlink(lock.c_str()) == 0); }
  SECTION("a hole") {
    REQUIRE(::truncate(lock.c_str(), 0) == 0);
    REQUIRE(::truncate(lock.c_str(), 65664) == 0);
  }
  SECTION("cut short") { REQUIRE(::truncate(lock.c_str(), 100) == 0); }
  SECTION("a hole of a gigabyte") { REQUIRE(::truncate(lock.c_str(), 1 << 30) == 0); }
  const auto environment = place.open();
  CHECK(is_allocated());
  CHECK(get(environment, "key1").ok());
  CHECK(fs::file_size(lock) <= 1 << 20);
}

TEST_CASE("F-173: LMDB needs no more of the lock file than is allocated") {
  const ScratchDirectory scratch;
  MDB_env* env = nullptr;
  REQUIRE(mdb_env_create(&env) == 0);
  REQUIRE(mdb_env_set_maxreaders(env, 1024) == 0);
  REQUIRE(mdb_env_open(env, scratch.path().c_str(), 0, 0600) == 0);
  mdb_env_close(env);
  const Place place;
  CHECK(fs::file_size(scratch.in("lock.mdb")) <= fs::file_size(place.file("lock.mdb")));
}

TEST_CASE("F-172: a data file changed in place under a holder is refused or read, never a signal") {
  const Place place;
  const std::string data = place.file("data.mdb");
  const Bytes healthy = read_whole_file(data);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  const IdleHolder holder(place.path());
  REQUIRE(in_child([&] { return use_everything(place.path()); }) == 0);
  int refused = 0;
  for (int round = 0; round < 600; ++round) {
    Bytes bytes = healthy;
    const std::size_t page = 4096 * below(bytes.size() / 4096);
    for (std::size_t changes = 1 + below(8); changes > 0; --changes) {
      // Mostly where a page says what it is: its head, its nodes' places.
      const std::size_t at = page + below(round % 3 == 0 ? 4096 : 160);
      bytes[at] =
          static_cast<std::uint8_t>(round % 2 == 0 ? below(256) : bytes[at] ^ 1 << below(8));
    }
    if (round % 20 == 0) bytes.resize(below(bytes.size()));
    write_whole_file(data, bytes);
    const int answer = in_child([&] { return use_everything(place.path()); });
    INFO("round " << round << ", page " << page / 4096);
    REQUIRE(answer >= 0);
    if (answer != 0) ++refused;
  }
  CHECK(refused > 100);
  write_whole_file(data, healthy);
  CHECK(in_child([&] { return use_everything(place.path()); }) == 0);
}

}  // namespace coffer::storage::held_files_test
