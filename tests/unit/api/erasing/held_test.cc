// What is held stays: by a config, by a lease, by the rule that versions begin with 1.
#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace coffer::held_test {
namespace {

constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})";
constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;

std::string document(int number) { return R"({"p":"secret-)" + std::to_string(number) + "\"}"; }

std::string base_of(const std::string& coordinate) {
  return coordinate.substr(0, coordinate.rfind("_v"));
}

TEST_CASE("versions on a lease outlive max_versions") {
  const test::ScratchStore scratch;
  Store store = scratch.open();
  std::vector<std::string> coordinates;
  ConfigPutOptions options;
  options.keep_old_ms = 30 * kDay;
  for (int i = 0; i < 13; ++i)
    coordinates.push_back(
        store.configs().put("c", kSpec, document(i), options)->outcomes.at(0).coordinate);
  const std::string base = base_of(coordinates.front());
  for (std::uint64_t version = 1; version <= 13; ++version) CHECK(store.get(base, version).ok());
  CHECK(store.verify()->problems.empty());
}

TEST_CASE("a config's secret is not put by hand") {
  const test::ScratchStore scratch;
  Store store = scratch.open();
  const auto put = store.configs().put("c", kSpec, document(1)).value();
  const std::string base = base_of(put.outcomes.at(0).coordinate);
  const auto refused = store.put(base, Value::opaque("mine"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::in_use);
  CHECK(store.history(base)->versions.size() == 1);
}

TEST_CASE("version 0 is no way around what refers to a secret") {
  const test::ScratchStore scratch;
  Store store = scratch.open();
  const auto put = store.configs().put("c", kSpec, document(1)).value();
  const std::string base = base_of(put.outcomes.at(0).coordinate);
  CHECK(store.destroy(base, {1}).error().code() == ErrorCode::in_use);
  CHECK_FALSE(store.destroy(base, {0}).ok());
  CHECK(store.configs().get("c", ConfigForm::revealed)->document.text() == document(1));
}

}  // namespace
}  // namespace coffer::held_test
