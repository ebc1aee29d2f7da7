// kill -9 at random instants of destroys, hundreds of times: the store opens, living versions are
// readable, versions acknowledged as destroyed stay so, and the keyring holds one epoch.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/crash/adversary.h"
#include "tests/killed_child.h"

namespace coffer::test::shred_kill_test {
namespace {

constexpr int kPaths = 5;

std::string path_of(std::uint64_t step) { return "s/" + std::to_string(step % kPaths); }
std::string value_of(const std::string& path, std::uint64_t version) {
  return path + "#" + std::to_string(version) + std::string(version % 7 == 0 ? 6000 : 20, '.');
}

// One step puts a new version of a path and destroys the version before. Each half is
// acknowledged.
struct Acknowledged {
  std::uint64_t step = 0;
  std::uint64_t version = 0;
  bool destroyed = false;  ///< Whether version - 1 is destroyed.
};

[[noreturn]] void write_until_killed(const ScratchStore& scratch, std::uint64_t step, int told) {
  auto store = scratch.try_open();
  if (!store.ok()) ::_exit(1);
  for (;; ++step) {
    const std::string path = path_of(step);
    const auto history = store->history(path);
    const std::uint64_t next = (history.ok() ? history->current_version : 0) + 1;
    if (!store->put(path, Value::opaque(value_of(path, next))).ok()) ::_exit(2);
    const Acknowledged put = {step, next, false};
    if (::write(told, &put, sizeof put) != sizeof put) ::_exit(3);
    if (next == 1) continue;
    const auto done = store->destroy(path, {next - 1});
    if (!done.ok() && done.error().code() != ErrorCode::destroyed) ::_exit(4);
    const Acknowledged gone = {step, next, true};
    if (::write(told, &gone, sizeof gone) != sizeof gone) ::_exit(5);
  }
}

struct Known {
  std::uint64_t current = 0;
  std::set<std::uint64_t> destroyed;
};

void check_path(Store& store, const std::string& path, const Known& known) {
  INFO(path);
  const auto history = store.history(path);
  if (!history.ok()) {
    REQUIRE(history.error().code() == ErrorCode::not_found);
    REQUIRE(known.current == 0);
    return;
  }
  // One unacknowledged put may have taken effect.
  REQUIRE(
      (history->current_version == known.current || history->current_version == known.current + 1));
  for (const VersionInfo& info : history->versions) {
    const auto secret = store.get(path, info.version);
    if (known.destroyed.contains(info.version)) REQUIRE(info.destroyed);
    if (info.destroyed) {
      REQUIRE_FALSE(secret.ok());
      REQUIRE(secret.error().code() == ErrorCode::destroyed);
      REQUIRE(
          (known.destroyed.contains(info.version) || info.version + 1 == history->current_version));
    } else {
      REQUIRE(secret.ok());
      REQUIRE(secret->value.text() == value_of(path, info.version));
    }
  }
}

// Runs a child, kills it, and returns the next step.
std::uint64_t run_and_kill(const ScratchStore& scratch, std::uint64_t step, long wait_us,
                           std::map<std::string, Known>& known) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) write_until_killed(scratch, step, ends[1]);
  ::close(ends[1]);
  kill_after(child, wait_us);
  Acknowledged each;
  while (::read(ends[0], &each, sizeof each) == sizeof each) {
    Known& path = known[path_of(each.step)];
    path.current = each.version;
    if (each.destroyed) path.destroyed.insert(each.version - 1);
    step = each.step + 1;
  }
  ::close(ends[0]);
  return step;
}

}  // namespace

TEST_CASE("a kill during a destroy leaves the state before or after, and one epoch key") {
  const char* given = std::getenv("COFFER_TEST_SEED");
  const unsigned long seed = given != nullptr ? std::strtoul(given, nullptr, 10)
                                              : static_cast<unsigned long>(std::random_device{}());
  std::printf("COFFER_TEST_SEED=%lu\n", seed);
  std::mt19937_64 random(seed);
  ScratchStore scratch;
  std::map<std::string, Known> known;
  for (int i = 0; i < kPaths; ++i) known[path_of(static_cast<std::uint64_t>(i))];
  std::uint64_t step = 0;
  int cut_short = 0;
  for (int round = 0; round < 250; ++round) {
    INFO("round " << round << ", step " << step);
    step = run_and_kill(scratch, step, 1 + static_cast<long>(random() % 25'000), known);
    {
      const auto keyring = open_keyring(scratch.file("keyring"), scratch.key());
      if (keyring->stored_epochs().value().size() != 1) ++cut_short;
    }
    Store store = scratch.open();
    for (auto& [path, state] : known) check_path(store, path, state);
    const auto report = store.verify();
    REQUIRE(report.ok());
    REQUIRE(report->problems == std::vector<std::string>{});
    const auto keyring = open_keyring(scratch.file("keyring"), scratch.key());
    REQUIRE(keyring->stored_epochs().value() == std::vector<std::uint64_t>{store.status()->epoch});
    // From here on the store's content counts as known, acknowledged or not.
    for (auto& [path, state] : known) {
      const auto history = store.history(path);
      if (!history.ok()) continue;
      state.current = history->current_version;
      for (const VersionInfo& info : history->versions)
        if (info.destroyed) state.destroyed.insert(info.version);
    }
  }
  std::printf("%llu steps; %d of 250 kills left a shredding unfinished\n",
              static_cast<unsigned long long>(step), cut_short);
  CHECK(step > 100);
}

}  // namespace coffer::test::shred_kill_test
