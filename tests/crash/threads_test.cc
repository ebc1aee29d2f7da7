// Several threads on one store: readers, writers, a sweeper, and one that keeps opening and closing
// it. Every value read is whole, and versions only rise. For -fsanitize=thread.
#include <coffer/store.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test::threads_test {
namespace {

constexpr int kPaths = 4;

std::string path_of(int i) { return "t/" + std::to_string(i % kPaths); }
std::string value_of(const std::string& path, int i) {
  return path + ":" + std::string(static_cast<std::size_t>(i % 50 * 100), 'v') + ":" + path;
}
bool is_whole(const std::string& path, std::string_view value) {
  return value.starts_with(path + ":") && value.ends_with(":" + path);
}

// Catch2 is not thread-safe: each thread counts its failures, and the test checks the sum.
class Workers {
 public:
  void start(const std::function<bool(int)>& work, int times) {
    threads_.emplace_back([this, work, times] {
      for (int i = 0; i < times; ++i)
        if (!work(i)) ++failures_;
    });
  }
  void start_until_done(const std::function<bool(int)>& work) {
    background_.emplace_back([this, work] {
      for (int i = 0; !done_.load(); ++i)
        if (!work(i)) ++failures_;
    });
  }
  int finish() {
    for (std::thread& thread : threads_) thread.join();
    done_.store(true);
    for (std::thread& thread : background_) thread.join();
    return failures_.load();
  }

 private:
  std::vector<std::thread> threads_;
  std::vector<std::thread> background_;
  std::atomic<int> failures_{0};
  std::atomic<bool> done_{false};
};

}  // namespace

TEST_CASE("readers, writers, sweeps and openers go on at once") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < kPaths; ++i)
    REQUIRE(store.put(path_of(i), Value::opaque(value_of(path_of(i), i))).ok());
  constexpr int kTimes = 150;
  Workers workers;
  for (int writer = 0; writer < 2; ++writer) {
    workers.start(
        [&store](int i) {
          return store.put(path_of(i), Value::opaque(value_of(path_of(i), i))).ok();
        },
        kTimes);
  }
  workers.start(
      [&](int i) {
        PutOptions brief;
        brief.ttl_ms = 5;
        scratch.clock.turn(2);
        return store.put("brief/" + std::to_string(i % 9), Value::opaque("b"), brief).ok() &&
               (i % 10 != 0 || store.sweep().ok());
      },
      kTimes);
  for (int reader = 0; reader < 2; ++reader) {
    auto seen = std::make_shared<std::vector<std::uint64_t>>(kPaths, 0);
    workers.start_until_done([&store, seen](int i) {
      const auto secret = store.get(path_of(i));
      std::uint64_t& last = (*seen)[static_cast<std::size_t>(i % kPaths)];
      if (!secret.ok() || secret->info.version < last) return false;
      last = secret->info.version;
      return is_whole(path_of(i), secret->value.text());
    });
  }
  workers.start_until_done([&](int) {
    auto own = scratch.try_open();
    return own.ok() && own->get(path_of(0)).ok() && own->list("t").value().size() == kPaths &&
           own->status().ok();
  });
  CHECK(workers.finish() == 0);
  for (int i = 0; i < kPaths; ++i) {
    // Two writers took turns on each path.
    std::uint64_t expected = 1;
    for (int step = 0; step < kTimes; ++step) expected += step % kPaths == i ? 2 : 0;
    CHECK(store.get(path_of(i))->info.version == expected);
  }
  const auto report = store.verify();
  REQUIRE(report.ok());
  CHECK(report->problems == std::vector<std::string>{});
}

}  // namespace coffer::test::threads_test
