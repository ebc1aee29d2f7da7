// Random sequences of 200 operations, covering all that change secrets or report on them, against
// the model of sequence_model.h; 500 sequences per run, in four runs with different seeds.
//
// The seed of the first sequence is printed, and each next seed is one higher. A failure prints its
// own seed and all operations; COFFER_SEED=N COFFER_SEQUENCES=1 repeats it.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/property/sequence_run.h"

namespace sequences_test {

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("store and model agree over any sequence of any operations") {
  constexpr int kOperations = 200;
  const std::uint64_t first = number_from("COFFER_SEED", std::random_device{}());
  const bool is_long = std::getenv("COFFER_LONG") != nullptr;
  const std::uint64_t count = number_from("COFFER_SEQUENCES", is_long ? 5000 : 500);
  std::printf("COFFER_SEED=%llu\n", static_cast<unsigned long long>(first));
  std::fflush(stdout);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    coffer::test::SequenceRun run(seed);
    try {
      run.run(kOperations);
    } catch (const std::exception& failure) {
      std::cout << run.trace() << "COFFER_SEED=" << seed << " COFFER_SEQUENCES=1\n";
      FAIL(failure.what());
    }
  }
  SUCCEED();
}

}  // namespace sequences_test
