// Write pre-processors, which VDK knows, need nothing of the engine: each takes all that is to be
// written and gives what is to be written instead, one after the other, inside a transaction.
#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <stdexcept>

#include "tests/store_cases.h"

namespace coffer::test::preprocessors_test {
namespace {

using Batch = std::map<std::string, Value>;  // By path.
using Preprocessor = std::function<Result<Batch>(Batch)>;

// A body may run again from the start: each run works on a copy of its own.
Batch copy_of(const Batch& batch) {
  Batch copy;
  for (const auto& [path, value] : batch) copy.emplace(path, value.clone());
  return copy;
}

Result<void> put_all(Store& store, const Batch& batch, const std::vector<Preprocessor>& sequence) {
  COFFER_TRY(store.transaction([&](Transaction& txn) -> Result<void> {
    Batch written = copy_of(batch);
    for (const Preprocessor& step : sequence) written = COFFER_TRY(step(std::move(written)));
    for (const auto& [path, value] : written) COFFER_TRY(txn.put(path, value));
    return {};
  }));
  return {};
}

Result<Batch> in_capitals(Batch batch) {
  for (auto& [path, value] : batch) {
    std::string letters(value.text());
    std::transform(letters.begin(), letters.end(), letters.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    value = text(letters);
  }
  return batch;
}

Result<Batch> with_a_mark(Batch batch) {
  for (auto& [path, value] : batch) value = text(std::string(value.text()) + "-m");
  batch.emplace("team/mark", text("m"));
  return batch;
}

Result<Batch> refusing(Batch) { return Error(ErrorCode::usage, "is no value for this team"); }

Result<Batch> throwing(Batch) { throw std::runtime_error("a pre-processor's own"); }

Batch two_secrets() {
  Batch batch;
  batch.emplace("team/a", text("one"));
  batch.emplace("team/b", text("two"));
  return batch;
}

}  // namespace

TEST_CASE("pre-processors change what is written, in their order, and not what the caller has") {
  ScratchStore scratch;
  Store store = scratch.open();
  const Batch batch = two_secrets();
  REQUIRE(put_all(store, batch, {in_capitals, with_a_mark}).ok());
  CHECK(value_of(store, "team/a") == "ONE-m");
  CHECK(value_of(store, "team/b") == "TWO-m");
  CHECK(value_of(store, "team/mark") == "m");
  CHECK(batch.size() == 2);
  CHECK(batch.at("team/a").text() == "one");
  REQUIRE(put_all(store, batch, {with_a_mark, in_capitals}).ok());
  CHECK(value_of(store, "team/a") == "ONE-M");
  REQUIRE(put_all(store, batch, {}).ok());
  CHECK(value_of(store, "team/a") == "one");
  require_sound(store);
}

TEST_CASE("a pre-processor that fails or throws leaves the store and the caller's batch alone") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("team/a", text("kept")).ok());
  const std::string before = state_of(store);
  const Batch batch = two_secrets();
  CHECK(code_of(put_all(store, batch, {in_capitals, with_a_mark, refusing})) == ErrorCode::usage);
  CHECK_THROWS_AS(put_all(store, batch, {with_a_mark, throwing, in_capitals}), std::runtime_error);
  // Neither does what the store refuses, after all of them.
  const auto overlong = [](Batch all) -> Result<Batch> {
    all.emplace("team/z", text(std::string((std::size_t{1} << 20) + 1, 'x')));
    return all;
  };
  CHECK(code_of(put_all(store, batch, {in_capitals, overlong})) == ErrorCode::limit);
  CHECK(state_of(store) == before);
  CHECK(value_of(store, "team/a") == "kept");
  CHECK(batch.at("team/a").text() == "one");
  CHECK(batch.at("team/b").text() == "two");
  // The store is free for the next writer.
  REQUIRE(put_all(store, batch, {in_capitals}).ok());
  CHECK(value_of(store, "team/b") == "TWO");
  require_sound(store);
}

}  // namespace coffer::test::preprocessors_test
