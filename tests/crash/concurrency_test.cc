// Eight threads of this process and four processes with two threads each use one store, with all
// operations mixed: compare-and-swap loses no update, and one read sees one state. COFFER_SECONDS
// sets the duration, COFFER_TEST_SEED repeats a seed.
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>

#include "tests/crash/child_process.h"
#include "tests/crash/mixed_work.h"

namespace concurrency_test {

namespace {

constexpr int kThreads = 8;
constexpr int kProcesses = 4;

std::uint64_t seconds_asked() {
  const char* given = std::getenv("COFFER_SECONDS");
  if (given != nullptr) return std::strtoull(given, nullptr, 10);
  return std::getenv("COFFER_LONG") != nullptr ? 60 : 8;
}

}  // namespace

TEST_CASE("threads and processes mix all operations, and nothing is lost or torn") {
  const std::uint64_t seed = crash::test_seed();
  const std::uint64_t seconds = seconds_asked();
  std::printf("COFFER_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  crash::ScratchStore scratch;
  coffer::Store store = scratch.open();
  REQUIRE(crash::prepare_mixed_work(store));

  std::vector<std::unique_ptr<crash::WriterChild>> children;
  for (int i = 0; i < kProcesses; ++i)
    children.push_back(std::make_unique<crash::WriterChild>(scratch, "mix", seconds));
  const crash::MixedResult result =
      crash::run_mixed_work(store, kThreads, seed, std::chrono::seconds(seconds));
  std::uint64_t additions = result.additions;
  std::uint64_t operations = result.operations;
  for (auto& child : children) {
    std::uint64_t number = 0;
    if (child->next_acknowledged(number)) additions += number;
    if (child->next_acknowledged(number)) operations += number;
    CHECK(child->wait() == 0);
  }
  CHECK(result.faults == std::vector<std::string>{});
  std::printf("%llu operations, %llu of them additions\n",
              static_cast<unsigned long long>(operations),
              static_cast<unsigned long long>(additions));

  CHECK(additions > 0);
  std::uint64_t counted = 0;
  for (int i = 0; i < crash::kCounters; ++i) {
    const auto counter = store.get(crash::counter_path(i));
    REQUIRE(counter.ok());
    CHECK(crash::number_of(counter->value.text()) == counter->info.version);
    counted += counter->info.version - 1;
  }
  CHECK(counted == additions);
  const auto report = store.verify();
  REQUIRE(report.ok());
  CHECK(report->problems == std::vector<std::string>{});
  CHECK(store.status()->oldest_reader_lag == 0);
}

}  // namespace concurrency_test
