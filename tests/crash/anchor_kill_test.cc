// kill -9 at random instants while each commit is written to an anchor: the store opens every time,
// the anchor then names its newest commit, and an earlier copy is refused.

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/killed_child.h"
#include "tests/scratch.h"

namespace coffer::test::anchor_kill_test {
namespace {

[[noreturn]] void write_until_killed(const ScratchStore& scratch, int round) {
  auto store = scratch.try_open();
  if (!store.ok()) ::_exit(1);
  for (int step = 0;; ++step) {
    const std::string path = "s/" + std::to_string(round) + "/" + std::to_string(step % 3);
    if (!store->put(path, Value::opaque("v")).ok()) ::_exit(2);
    if (step % 4 == 3 && !store->destroy_all(path).ok()) ::_exit(3);
  }
}

void run_and_kill(const ScratchStore& scratch, int round, long wait_us) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) write_until_killed(scratch, round);
  kill_after(child, wait_us);
}

}  // namespace

TEST_CASE("a kill between a commit and its anchor shuts nobody out, and hides no older copy") {
  const char* given = std::getenv("COFFER_TEST_SEED");
  const unsigned long seed = given != nullptr ? std::strtoul(given, nullptr, 10)
                                              : static_cast<unsigned long>(std::random_device{}());
  std::printf("COFFER_TEST_SEED=%lu\n", seed);
  std::mt19937_64 random(seed);
  const ScratchStore scratch;
  const ScratchDirectory media;
  const std::string mark = media.in("anchor");
  REQUIRE(scratch.open().anchor().set("file://" + mark).ok());
  int behind = 0;
  for (int round = 0; round < 120; ++round) {
    INFO("round " << round);
    const Bytes keyring = read_whole_file(scratch.file("keyring"));
    const Bytes data = read_whole_file(scratch.file("data.mdb"));
    const std::uint64_t sequence = scratch.open().status()->sequence;
    run_and_kill(scratch, round, 1 + static_cast<long>(random() % 20'000));
    const Bytes told = read_whole_file(mark);
    {
      Store store = scratch.open();
      const AnchorInfo info = store.anchor().get()->value();
      REQUIRE(info.anchored_sequence == store.status()->sequence);
      if (read_whole_file(mark) != told) ++behind;
      REQUIRE(store.verify()->problems == std::vector<std::string>{});
      if (info.sequence == sequence) continue;
    }
    if (round % 10 != 0) continue;
    const Bytes newer_keyring = read_whole_file(scratch.file("keyring"));
    const Bytes newer_data = read_whole_file(scratch.file("data.mdb"));
    write_whole_file(scratch.file("keyring"), keyring);
    write_whole_file(scratch.file("data.mdb"), data);
    const auto older = scratch.try_open();
    REQUIRE_FALSE(older.ok());
    REQUIRE(older.error().code() == ErrorCode::rolled_back);
    write_whole_file(scratch.file("keyring"), newer_keyring);
    write_whole_file(scratch.file("data.mdb"), newer_data);
  }
  std::printf("%d of 120 kills left the anchor behind\n", behind);
  CHECK(behind > 0);
}

}  // namespace coffer::test::anchor_kill_test
