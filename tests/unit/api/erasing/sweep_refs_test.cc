// Who uses a secret, and the sweep of what nobody can reach.
#include <coffer/store.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "format/names.h"
#include "tests/scratch.h"

namespace sweep_refs_test {

using namespace coffer;

namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr char kSpec[] = R"({"properties":{"a":{"airbyte_secret":true}}})";

struct Bench {
  Bench() { store.emplace(scratch.open()); }

  // The coordinate of the one secret of a config.
  format::Coordinate put(const std::string& id, const std::string& document) {
    const auto report = store->configs().put(id, kSpec, document);
    REQUIRE(report.ok());
    return *format::parse_coordinate(report->outcomes[0].coordinate);
  }
  std::vector<SweptVersion> sweep(const SweepOptions& options = {}) {
    auto report = store->sweep(options);
    REQUIRE(report.ok());
    CHECK(store->verify()->problems.empty());
    return report->swept;
  }

  test::ScratchStore scratch;
  test::TurnedClock& clock = scratch.clock;
  std::optional<Store> store;
};

}  // namespace

TEST_CASE("An outside user keeps a version, and its going starts the grace") {
  Bench bench;
  const auto secret = bench.put("c", R"({"a":"x"})");
  REQUIRE(bench.store->add_reference(secret.base, secret.version, "night job").ok());
  REQUIRE(bench.store->add_reference(secret.base, secret.version, "night job").ok());
  CHECK(bench.store->references_to(secret.base)->size() == 2);
  CHECK(bench.store->configs().remove("c")->empty());
  bench.clock.turn(100 * kHour);
  CHECK(bench.sweep().empty());
  CHECK(bench.store->get(secret.base, secret.version).ok());

  REQUIRE(bench.store->remove_reference(secret.base, secret.version, "night job").ok());
  const std::int64_t since = bench.clock.now_ms();
  bench.clock.turn(kHour);
  CHECK(bench.sweep({.grace_ms = kHour + 1}).empty());
  const auto listed = bench.sweep({.dry_run = true, .grace_ms = kHour});
  REQUIRE(listed.size() == 1);
  CHECK((listed[0].path == secret.base && listed[0].version == secret.version));
  CHECK((listed[0].why == "unreachable" && listed[0].kind == "config"));
  CHECK((listed[0].since_ms == since && listed[0].created_at_ms == since - 100 * kHour));
  CHECK(bench.store->get(secret.base, secret.version).ok());
  CHECK(bench.sweep({.grace_ms = kHour}).size() == 1);
  CHECK(bench.store->get(secret.base).error().code() == ErrorCode::not_found);
  CHECK(bench.store->list("")->empty());
  CHECK(bench.sweep().empty());
}

TEST_CASE("Who is noted again ends the grace") {
  Bench bench;
  const auto secret = bench.put("c", R"({"a":"x"})");
  REQUIRE(bench.store->add_reference(secret.base, 0, "user").ok());
  REQUIRE(bench.store->configs().remove("c").ok());
  REQUIRE(bench.store->remove_reference(secret.base, 0, "user").ok());
  bench.clock.turn(kHour);
  REQUIRE(bench.store->add_reference(secret.base, secret.version, "user").ok());
  CHECK(bench.sweep().empty());
  REQUIRE(bench.store->remove_reference(secret.base, secret.version, "user").ok());
  CHECK(bench.sweep({.grace_ms = 1}).empty());
  CHECK(bench.sweep().size() == 1);
}

TEST_CASE("A secret put by hand is never an orphan, and is not destroyed while it is used") {
  Bench bench;
  REQUIRE(bench.store->put("team/db", Value::opaque("x")).ok());
  REQUIRE(bench.store->add_reference("team/db", 1, "report").ok());
  CHECK(bench.store->destroy("team/db", {1}).error().code() == ErrorCode::in_use);
  REQUIRE(bench.store->remove_reference("team/db", 1, "report").ok());
  bench.clock.turn(1000 * kHour);
  CHECK(bench.sweep().empty());
  CHECK(bench.store->destroy("team/db", {1}).ok());
}

TEST_CASE("Users and versions that are not there are told") {
  Bench bench;
  REQUIRE(bench.store->put("p", Value::opaque("x")).ok());
  CHECK(bench.store->add_reference("q", 0, "u").error().code() == ErrorCode::not_found);
  CHECK(bench.store->add_reference("p", 2, "u").error().code() == ErrorCode::not_found);
  CHECK(bench.store->add_reference("p", 1, "").error().code() == ErrorCode::usage);
  CHECK(bench.store->add_reference("p", 1, "a\nb").error().code() == ErrorCode::usage);
  CHECK(bench.store->add_reference("p", 1, std::string(1025, 'u')).error().code() ==
        ErrorCode::limit);
  CHECK(bench.store->remove_reference("p", 1, "u").error().code() == ErrorCode::not_found);
  REQUIRE(bench.store->add_reference("p", 1, "u").ok());
  CHECK(bench.store->remove_reference("p", 0, "u").error().code() == ErrorCode::not_found);
}

TEST_CASE("A sweep tells the kinds, keeps to its limit and takes notes along") {
  Bench bench;
  REQUIRE(bench.store->put("mine", Value::opaque("x"), {.ttl_ms = kHour}).ok());
  REQUIRE(bench.store->configs().check(kSpec, R"({"a":"x"})", {.id = "c", .ttl_ms = kHour}).ok());
  REQUIRE(bench.store->configs().stage("c", kSpec, R"({"a":"y"})", {}, kHour).ok());
  bench.clock.turn(kHour);
  std::vector<std::string> kinds;
  for (const SweptVersion& each : bench.sweep({.limit = 2})) kinds.push_back(each.kind);
  CHECK(kinds.size() == 2);
  for (const SweptVersion& each : bench.sweep({.limit = 2})) kinds.push_back(each.kind);
  std::sort(kinds.begin(), kinds.end());
  CHECK(kinds == std::vector<std::string>{"check", "config", "secret"});
  const std::uint64_t records = bench.store->status()->record_count;
  bench.clock.turn(200 * kHour);
  CHECK(bench.sweep().empty());
  CHECK(bench.store->status()->record_count < records);
  // What is left is the one name put by hand.
  CHECK(bench.store->list("", {.recursive = true, .state = ListState::all})->size() == 1);
}

}  // namespace sweep_refs_test
