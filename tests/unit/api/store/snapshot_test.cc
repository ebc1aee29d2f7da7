// coffer::Snapshot: what it shows while others write, what it refuses, when it is given up.
#include <coffer/snapshot.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <thread>

#include "tests/scratch.h"

namespace coffer::test::snapshot_test {
namespace {

using Names = std::vector<std::string>;

Value text(std::string_view bytes) { return Value::opaque(bytes); }

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

Store open_with(const ScratchStore& scratch, std::uint64_t commits_max,
                std::int64_t age_max_ms = 3'600'000, std::uint64_t map_bytes = 1U << 30) {
  OpenOptions options;
  options.clock = &scratch.clock;
  options.snapshot_commits_max = commits_max;
  options.snapshot_age_max_ms = age_max_ms;
  options.map_bytes = map_bytes;
  auto store = Store::open(scratch.path(), scratch.key(), options);
  REQUIRE(store.ok());
  return std::move(*store);
}

void put_times(Store& store, const std::string& path, int times) {
  for (int i = 1; i <= times; ++i) REQUIRE(store.put(path, text(std::to_string(i))).ok());
}

// Runs `body` in a process of its own; its exit code.
int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int put_in_child(const ScratchStore& scratch, int times) {
  return in_child([&] {
    auto store = scratch.try_open();
    for (int i = 0; i < times; ++i)
      if (!store || !store->put("child", Value::opaque("c"))) return 1;
    return 0;
  });
}

}  // namespace

TEST_CASE("what is deleted can be had for carrying it elsewhere, what is over cannot") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 4);
  REQUIRE(store.put("a", text("5"), ttl(1000)).ok());
  REQUIRE(store.soft_delete("a", {1, 5}).ok());
  REQUIRE(store.destroy("a", {2}).ok());
  scratch.clock.turn(1000);
  const Snapshot all = store.snapshot().value();
  CHECK(code_of(all.get("a", 1)) == ErrorCode::deleted);
  CHECK(all.get_kept("a", 1)->value.text() == "1");
  CHECK(all.get_kept("a", 1)->info.deletion_at_ms != 0);
  CHECK(code_of(all.get_kept("a", 2)) == ErrorCode::destroyed);
  CHECK(all.get_kept("a", 3)->value.text() == "3");
  CHECK(code_of(all.get_kept("a")) == ErrorCode::expired);
  CHECK(code_of(all.get_kept("a", 6)) == ErrorCode::not_found);
  // Destroyed since: not handed out either.
  REQUIRE(store.destroy("a", {1}).ok());
  CHECK(code_of(all.get_kept("a", 1)) == ErrorCode::destroyed);
}

TEST_CASE("a snapshot shows what was there when it was taken, whatever is done since") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a/b", 2);
  PutOptions owned;
  owned.metadata.custom = std::map<std::string, std::string>{{"k", "before"}};
  REQUIRE(store.put("c", text("c1"), owned).ok());
  const Snapshot all = store.snapshot().value();
  CHECK(all.sequence() == store.status()->sequence);
  CHECK(all.taken_at_ms() == scratch.clock.now_ms());

  scratch.clock.turn(1000);
  REQUIRE(store.put("a/b", text("3")).ok());
  owned.metadata.custom = std::map<std::string, std::string>{{"k", "after"}};
  REQUIRE(store.put("c", text("c2"), owned).ok());
  REQUIRE(store.put("d", text("d1")).ok());
  REQUIRE(store.soft_delete("c").ok());

  CHECK(all.get("a/b")->value.text() == "2");
  CHECK(all.get("a/b", 1)->value.text() == "1");
  CHECK(code_of(all.get("a/b", 3)) == ErrorCode::not_found);
  CHECK(all.get("c")->value.text() == "c1");
  CHECK(all.metadata("c")->custom.at("k") == "before");
  CHECK(all.history("a/b")->current_version == 2);
  CHECK(code_of(all.get("d")) == ErrorCode::not_found);
  CHECK_FALSE(all.exists("d").value());
  CHECK(all.exists("c").value());
  CHECK(all.list("").value() == Names{"a/", "c"});
  CHECK(all.list("", {.recursive = true}).value() == Names{"a/b", "c"});
  CHECK(all.sequence() + 4 == store.status()->sequence);
  CHECK(code_of(all.get("/x")) == ErrorCode::usage);
  CHECK(store.snapshot()->get("a/b")->value.text() == "3");
}

TEST_CASE("time is the present in an old snapshot too") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("brief", text("b"), ttl(1000)).ok());
  const Snapshot all = store.snapshot().value();
  scratch.clock.turn(999);
  CHECK(all.get("brief").ok());
  scratch.clock.turn(1);
  CHECK(code_of(all.get("brief")) == ErrorCode::expired);
  CHECK(all.list("").value().empty());
  // And what it told stays so.
  scratch.clock.turn(-1000);
  CHECK(code_of(scratch.open().get("brief")) == ErrorCode::expired);
}

TEST_CASE("what is destroyed after a snapshot is refused by it, all else is still served") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "gone", 2);
  put_times(store, "kept", 2);
  REQUIRE(store.put("brief", text("b"), ttl(1000)).ok());
  const Snapshot all = store.snapshot().value();
  REQUIRE(all.get("gone", 1).ok());
  REQUIRE(store.destroy("gone", {1}).ok());
  CHECK(code_of(all.get("gone", 1)) == ErrorCode::destroyed);
  CHECK(all.get("gone", 2)->value.text() == "2");
  CHECK(all.get("kept")->value.text() == "2");
  REQUIRE(store.destroy_all("gone").ok());
  CHECK(code_of(all.get("gone")) == ErrorCode::destroyed);
  REQUIRE(store.put("gone", text("new")).ok());
  CHECK(code_of(all.get("gone")) == ErrorCode::destroyed);
  scratch.clock.turn(1000);
  REQUIRE(store.sweep()->swept.size() == 1);
  CHECK(code_of(all.get("brief")) == ErrorCode::expired);
  CHECK(all.get("kept", 1)->value.text() == "1");
  CHECK(all.exists("gone").value());
}

TEST_CASE("what another process destroys is refused by a snapshot as well") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    put_times(store, "gone", 1);
    put_times(store, "kept", 1);
  }
  Store store = scratch.open();
  const Snapshot all = store.snapshot().value();
  CHECK(in_child([&] {
          auto own = scratch.try_open();
          return own && own->destroy("gone", {1}) ? 0 : 1;
        }) == 0);
  CHECK(code_of(all.get("gone")) == ErrorCode::destroyed);
  CHECK(all.get("kept").ok());
}

TEST_CASE("what is only trimmed is served until the next shredding has erased its key") {
  ScratchStore scratch({.max_versions = 2});
  Store store = scratch.open();
  put_times(store, "a", 1);
  put_times(store, "other", 1);
  const Snapshot all = store.snapshot().value();
  put_times(store, "a", 3);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::not_found);
  CHECK(all.get("a")->value.text() == "1");
  REQUIRE(store.destroy("other", {1}).ok());
  CHECK(code_of(all.get("a")) == ErrorCode::destroyed);
}

TEST_CASE("a snapshot is given up beyond its number of commits, and a new one serves") {
  ScratchStore scratch;
  Store store = open_with(scratch, 5);
  put_times(store, "a", 1);
  const Snapshot all = store.snapshot().value();
  put_times(store, "b", 5);
  CHECK(store.status()->oldest_reader_lag == 5);
  CHECK(all.get("a").ok());
  put_times(store, "b", 1);
  const auto refused = all.get("a");
  CHECK(code_of(refused) == ErrorCode::busy);
  CHECK(refused.error().hint().starts_with("take a new one"));
  CHECK(code_of(all.list("")) == ErrorCode::busy);
  CHECK(code_of(all.metadata("a")) == ErrorCode::busy);
  CHECK(code_of(all.history("a")) == ErrorCode::busy);
  CHECK(code_of(all.exists("a")) == ErrorCode::busy);
  CHECK(all.sequence() != 0);
  CHECK(store.status()->oldest_reader_lag == 0);
  CHECK(store.snapshot()->get("a").ok());
}

TEST_CASE("a snapshot is given up beyond its age") {
  ScratchStore scratch;
  Store store = open_with(scratch, 1000, 0);
  put_times(store, "a", 1);
  const Snapshot all = store.snapshot().value();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(code_of(all.get("a")) == ErrorCode::busy);
}

TEST_CASE("a process that only holds a snapshot lets go of it when others have written enough") {
  ScratchStore scratch;
  Store store = open_with(scratch, 5);
  put_times(store, "a", 1);
  const Snapshot all = store.snapshot().value();
  REQUIRE(put_in_child(scratch, 6) == 0);
  // Nobody asks the snapshot anything: the keeper looks.
  std::uint64_t lag = 1;
  for (int i = 0; i < 3000 && lag != 0; ++i) {
    lag = store.status()->oldest_reader_lag;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(lag == 0);
  CHECK(code_of(all.get("a")) == ErrorCode::busy);
}

TEST_CASE("an old snapshot does not make the file grow without bound") {
  const auto grown_by = [](std::uint64_t commits_max) {
    ScratchStore scratch({.max_versions = 1});
    Store store = open_with(scratch, commits_max);
    const std::string value(8000, 'v');
    for (int i = 0; i < 50; ++i)
      REQUIRE(store.put("s/" + std::to_string(i), Value::opaque(value)).ok());
    const std::uint64_t before = store.status()->file_bytes;
    const Snapshot all = store.snapshot().value();
    for (int i = 0; i < 3000; ++i)
      REQUIRE(store.put("s/" + std::to_string(i % 50), Value::opaque(value)).ok());
    return store.status()->file_bytes - before;
  };
  const std::uint64_t bounded = grown_by(50);
  const std::uint64_t unbounded = grown_by(1'000'000);
  INFO("grown by " << bounded << " and " << unbounded);
  CHECK(bounded < 8U << 20);
  CHECK(unbounded > 6 * bounded);
}

TEST_CASE("a snapshot holds up no growth of the map: it ends") {
  ScratchStore scratch;
  Store store = open_with(scratch, 1000, 3'600'000, std::uint64_t{100} << 20);
  put_times(store, "a", 1);
  const std::uint64_t map_bytes = store.status()->map_bytes;
  const Snapshot all = store.snapshot().value();
  const std::string large(1U << 20, 'v');
  for (int i = 0; i < 8; ++i) REQUIRE(store.put("l" + std::to_string(i), text(large)).ok());
  REQUIRE(store.status()->map_bytes > map_bytes);
  CHECK(code_of(all.get("a")) == ErrorCode::busy);
  CHECK(store.snapshot()->get("a").ok());
}

TEST_CASE("a snapshot keeps the store open, and a forked child does not get at it") {
  ScratchStore scratch;
  auto store = std::make_unique<Store>(scratch.open());
  put_times(*store, "a", 1);
  Snapshot all = store->snapshot().value();
  store.reset();
  CHECK(all.get("a")->value.text() == "1");
  CHECK(in_child([&] {
          const bool refused = code_of(all.get("a")) == ErrorCode::failed;
          { const Snapshot ends_here = std::move(all); }
          return refused ? 0 : 1;
        }) == 0);
  CHECK(all.get("a")->value.text() == "1");
}

TEST_CASE("threads share a snapshot while others write, and many are taken and dropped") {
  ScratchStore scratch;
  Store store = open_with(scratch, 1'000'000);
  put_times(store, "a", 7);
  const Snapshot all = store.snapshot().value();
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done.load()) {
        const auto shared = all.get("a");
        const auto own = store.snapshot();
        if (!shared.ok() || shared->value.text() != "7" || !own.ok()) ++wrong;
        if (own.ok() && own->get("a")->info.version != own->history("a")->current_version) ++wrong;
      }
    });
  }
  put_times(store, "a", 200);
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong.load() == 0);
}

}  // namespace coffer::test::snapshot_test
