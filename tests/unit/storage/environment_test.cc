// One environment a directory: shared, forked, grown, filled up, tampered with.
#include "storage/environment.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "storage/txn.h"
#include "tests/scratch.h"

namespace coffer::storage::environment_test {
namespace {

using test::ScratchDirectory;

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

// A directory with an empty data file in it, as a new store has it.
class Place {
 public:
  Place() { REQUIRE(Environment::open(path(), {.map_bytes = 1 << 20, .create = true}).ok()); }
  const std::string& path() const { return directory_.path(); }
  std::string file(const std::string& name) const { return directory_.in(name); }
  std::shared_ptr<Environment> open(std::uint64_t map_bytes = 1 << 30) const {
    auto environment = Environment::open(path(), {.map_bytes = map_bytes});
    REQUIRE(environment.ok());
    return *environment;
  }
  ErrorCode refusal() const { return code_of(Environment::open(path(), {})); }

 private:
  ScratchDirectory directory_;
};

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

// Runs `body` in a forked child; its answer is the child's exit code.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

// --- opening ---

TEST_CASE("a directory opened twice in a process is one environment, and survives one closing") {
  Place place;
  auto first = place.open();
  auto second = place.open();
  CHECK(first == second);
  const std::filesystem::path detour = std::filesystem::path(place.path()) / ".";
  CHECK(Environment::open(detour.string(), {}).value() == first);
  REQUIRE(put(*first, "a", "1").ok());
  first.reset();
  CHECK(get(second, "a").value() == "1");
  REQUIRE(put(*second, "a", "2").ok());
  // Its locks still hold: another process finds the writer's lock and the readers' table intact.
  CHECK(in_child([&] {
          auto mine = Environment::open(place.path(), {});
          return mine.ok() && get(*mine, "a").value() == "2" && put(**mine, "a", "3").ok() ? 0 : 1;
        }) == 0);
  CHECK(get(second, "a").value() == "3");
}

TEST_CASE("what is no data file is told from what is a damaged one") {
  Place place;
  { REQUIRE(put(*place.open(), "a", "1").ok()); }
  const Bytes intact = test::read_whole_file(place.file("data.mdb"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{4096},
                                 std::size_t{8192}, intact.size() - 4096, intact.size() - 1}) {
    INFO("cut to " << size << " of " << intact.size());
    Bytes cut = intact;
    cut.resize(size);
    test::write_whole_file(place.file("data.mdb"), cut);
    CHECK(place.refusal() == ErrorCode::corrupt);
  }
  test::write_whole_file(place.file("data.mdb"), Bytes(intact.size(), 0x5A));
  CHECK(place.refusal() == ErrorCode::corrupt);
  test::write_whole_file(place.file("data.mdb"), intact);
  CHECK(get(place.open(), "a").value() == "1");
  REQUIRE(::unlink(place.file("data.mdb").c_str()) == 0);
  CHECK(place.refusal() == ErrorCode::no_store);
  CHECK(code_of(Environment::open(place.file("none"), {})) == ErrorCode::no_store);
  CHECK_FALSE(std::filesystem::exists(place.file("data.mdb")));
}

TEST_CASE("a data file without one of the tables is corrupt, and stays as it is") {
  Place place;
  { REQUIRE(put(*place.open(), "a", "1").ok()); }
  Bytes content = test::read_whole_file(place.file("data.mdb"));
  const std::string_view name = "buckets";
  auto at = std::search(content.begin(), content.end(), name.begin(), name.end());
  REQUIRE(at != content.end());
  for (; at != content.end(); at = std::search(at, content.end(), name.begin(), name.end()))
    at[6] = 'z';
  test::write_whole_file(place.file("data.mdb"), content);
  CHECK(place.refusal() == ErrorCode::corrupt);
  CHECK(test::read_whole_file(place.file("data.mdb")) == content);
}

TEST_CASE("files that others may write, links and another's directory are refused") {
  Place place;
  for (const char* name : {"data.mdb", "lock.mdb"}) {
    INFO(name);
    const std::string file = place.file(name);
    for (const mode_t mode : {0666, 0640, 0604}) {
      REQUIRE(::chmod(file.c_str(), mode) == 0);
      CHECK(place.refusal() == ErrorCode::io);
    }
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
    REQUIRE(::link(file.c_str(), place.file("second").c_str()) == 0);
    CHECK(place.refusal() == ErrorCode::io);
    REQUIRE(::unlink(place.file("second").c_str()) == 0);
    REQUIRE(::rename(file.c_str(), place.file("real").c_str()) == 0);
    REQUIRE(::symlink("real", file.c_str()) == 0);
    CHECK(place.refusal() == ErrorCode::io);
    REQUIRE(::rename(place.file("real").c_str(), file.c_str()) == 0);
  }
  for (const mode_t mode : {0770, 0707, 0777}) {
    REQUIRE(::chmod(place.path().c_str(), mode) == 0);
    CHECK(place.refusal() == ErrorCode::io);
  }
  REQUIRE(::chmod(place.path().c_str(), 0700) == 0);
  if (::geteuid() == 0) {
    REQUIRE(::chown(place.path().c_str(), 12345, 12345) == 0);
    CHECK(place.refusal() == ErrorCode::io);
    REQUIRE(::chown(place.path().c_str(), 0, 0) == 0);
    REQUIRE(::chown(place.file("data.mdb").c_str(), 12345, 12345) == 0);
    CHECK(place.refusal() == ErrorCode::io);
    REQUIRE(::chown(place.file("data.mdb").c_str(), 0, 0) == 0);
  }
  CHECK(place.open() != nullptr);
}

// --- processes ---

TEST_CASE("a forked child may not use what it inherited, may open anew, and harms nobody") {
  Place place;
  auto environment = place.open();
  REQUIRE(put(*environment, "a", "1").ok());
  auto reader = std::make_unique<ReadTxn>(environment);
  REQUIRE(reader->renew().ok());
  CHECK(in_child([&] {
          auto inherited = environment;
          if (get(inherited, "a").ok() || put(*inherited, "a", "x").ok()) return 1;
          if (put(*inherited, "a", "x").error().code() != ErrorCode::failed) return 2;
          if (inherited->info().ok()) return 3;
          reader.reset();
          inherited.reset();
          environment.reset();
          auto own = Environment::open(place.path(), {});
          if (!own.ok() || get(*own, "a").value() != "1") return 4;
          return put(**own, "b", "child's").ok() ? 0 : 5;
        }) == 0);
  CHECK(reader->get(Table::history, as_bytes("b")).value() == std::nullopt);
  reader->reset();
  REQUIRE(put(*environment, "a", "2").ok());
  CHECK(get(environment, "a").value() == "2");
  CHECK(get(environment, "b").value() == "child's");
}

TEST_CASE("the map grows as it is written, and other processes follow") {
  Place place;
  // The child's map holds what is there when it opens; then this process outgrows it.
  int to_child[2];
  int from_child[2];
  REQUIRE(::pipe(to_child) == 0);
  REQUIRE(::pipe(from_child) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    char byte = 0;
    auto own = Environment::open(place.path(), {.map_bytes = 1 << 20});
    if (!own.ok() || get(*own, "0").value() != "none") ::_exit(1);
    if (::write(from_child[1], "r", 1) != 1 || ::read(to_child[0], &byte, 1) != 1) ::_exit(2);
    const auto value = get(*own, "7");
    if (!value.ok() || value->size() != 1 << 20) ::_exit(3);
    ::_exit(put(**own, "child", "wrote").ok() ? 0 : 4);
  }
  char byte = 0;
  REQUIRE(::read(from_child[0], &byte, 1) == 1);
  auto environment = place.open(1 << 20);
  const std::string value(1 << 20, 'v');
  for (int i = 0; i < 8; ++i) REQUIRE(put(*environment, std::to_string(i), value).ok());
  CHECK(environment->info()->map_bytes > (8U << 20));
  REQUIRE(::write(to_child[1], "g", 1) == 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(get(environment, "child").value() == "wrote");
  for (const int fd : {to_child[0], to_child[1], from_child[0], from_child[1]}) ::close(fd);
}

TEST_CASE("a reader that was killed holds back no page for ever") {
  Place place;
  auto environment = place.open();
  REQUIRE(put(*environment, "a", "1").ok());
  CHECK(in_child([&] {
          auto own = Environment::open(place.path(), {});
          ReadTxn reader(*own);
          if (!own.ok() || !reader.renew().ok()) return 1;
          return ::kill(::getpid(), SIGKILL);
        }) == -SIGKILL);
  for (int i = 0; i < 5; ++i) REQUIRE(put(*environment, "a", std::to_string(i)).ok());
  CHECK(environment->info()->oldest_reader_lag >= 5);
  for (int i = 0; i < 64; ++i) REQUIRE(put(*environment, "a", std::to_string(i)).ok());
  CHECK(environment->info()->oldest_reader_lag < 64);
  environment.reset();
  CHECK(place.open()->info()->oldest_reader_lag == 0);
}

// --- a full disk ---

TEST_CASE("a write that finds no room changes nothing, and the handle works on when there is") {
  // In a child of its own: the limit is the process's.
  Place place;
  CHECK(in_child([&] {
          ::signal(SIGXFSZ, SIG_IGN);
          auto environment = Environment::open(place.path(), {.map_bytes = 1 << 30});
          if (!environment.ok() || !put(**environment, "a", "1").ok()) return 1;
          ReadTxn reader(*environment);
          const std::uint64_t size = (*environment)->info()->file_bytes;
          const rlimit tight = {size, RLIM_INFINITY};
          const rlimit loose = {RLIM_INFINITY, RLIM_INFINITY};
          for (int round = 0; round < 3; ++round) {
            if (::setrlimit(RLIMIT_FSIZE, &tight) != 0) return 2;
            const auto refused = put(**environment, "b", std::string(1 << 20, 'b'));
            if (refused.ok() || refused.error().code() != ErrorCode::io) return 3;
            if (get(*environment, "a").value() != "1") return 4;
            if (get(*environment, "b").value() != "none") return 5;
            if (::setrlimit(RLIMIT_FSIZE, &loose) != 0) return 6;
            if (!put(**environment, "c", std::to_string(round)).ok()) return 7;
            if (get(*environment, "c").value() != std::to_string(round)) return 8;
          }
          return reader.renew().ok() ? 0 : 9;
        }) == 0);
  auto environment = place.open();
  CHECK(get(environment, "a").value() == "1");
  CHECK(get(environment, "b").value() == "none");
  CHECK(get(environment, "c").value() == "2");
}

// --- transactions ---

TEST_CASE("a write transaction that is dropped leaves nothing, and lets the next one in") {
  Place place;
  auto environment = place.open();
  {
    const auto txn = WriteTxn::begin(*environment).value();
    REQUIRE(txn->put(Table::history, as_bytes("a"), as_bytes("1")).ok());
  }
  CHECK(get(environment, "a").value() == "none");
  REQUIRE(put(*environment, "a", "2").ok());
  const auto txn = WriteTxn::begin(*environment).value();
  CHECK(txn->remove(Table::history, as_bytes("a")).value());
  CHECK_FALSE(txn->remove(Table::history, as_bytes("a")).value());
  REQUIRE(txn->commit().ok());
  CHECK(get(environment, "a").value() == "none");
}

TEST_CASE("a cursor replaces long values in place without moving any key") {
  Place place;
  auto environment = place.open();
  const std::string key = "key-of-24-bytes-number-";
  for (char c = 'a'; c <= 'z'; ++c)
    REQUIRE(put(*environment, key + c, std::string(c % 2 == 0 ? 5000 : 1500, c)).ok());
  const auto txn = WriteTxn::begin(*environment).value();
  {
    Cursor cursor = Cursor::open(*txn, Table::history).value();
    for (bool more = cursor.first().value(); more; more = cursor.next().value()) {
      Bytes value(cursor.value().begin(), cursor.value().end());
      value[0] = '!';
      REQUIRE(cursor.replace(value).ok());
    }
  }
  REQUIRE(txn->commit().ok());
  for (char c = 'a'; c <= 'z'; ++c) {
    std::string expected(c % 2 == 0 ? 5000 : 1500, c);
    expected[0] = '!';
    CHECK(get(environment, key + c).value() == expected);
  }
}

}  // namespace coffer::storage::environment_test
