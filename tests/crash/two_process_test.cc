// Processes write and read one store at once: compare-and-swap loses no update, and no counter goes
// back.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <charconv>
#include <memory>

#include "tests/crash/child_process.h"

namespace two_process_test {

namespace {

constexpr std::uint64_t kChildren = 3;
constexpr std::uint64_t kTimes = 60;  // Half of them on each of the two counters.

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

TEST_CASE("writers in several processes lose no update under compare-and-swap") {
  crash::ScratchStore scratch;
  coffer::Store store = scratch.open();
  for (const char* path : {"counter/0", "counter/1"})
    REQUIRE(store.put(path, coffer::Value::opaque("1")).ok());
  std::vector<std::unique_ptr<crash::WriterChild>> children;
  for (std::uint64_t i = 0; i < kChildren; ++i)
    children.push_back(std::make_unique<crash::WriterChild>(scratch, "count", kTimes));

  // This process reads and writes as long as the children work.
  std::uint64_t seen = 1;
  std::uint64_t written = 0;
  const auto any_running = [&] {
    for (auto& child : children) {
      if (child->running()) return true;
    }
    return false;
  };
  while (any_running()) {
    auto secret = store.get("counter/0");
    REQUIRE(secret.ok());
    REQUIRE(secret->info.version >= seen);
    REQUIRE(number_in(secret->value.text()) == secret->info.version);
    seen = secret->info.version;
    REQUIRE(store.put("beside", coffer::Value::opaque(std::to_string(++written))).ok());
  }
  for (auto& child : children) CHECK(child->wait() == 0);

  for (const char* path : {"counter/0", "counter/1"}) {
    auto secret = store.get(path);
    REQUIRE(secret.ok());
    CHECK(secret->info.version == 1 + kChildren * kTimes / 2);
    CHECK(number_in(secret->value.text()) == 1 + kChildren * kTimes / 2);
  }
  CHECK(store.get("beside")->info.version == written);
  CHECK(store.verify()->problems.empty());
}

}  // namespace two_process_test
