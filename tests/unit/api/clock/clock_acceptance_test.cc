// Taking the clock's time for the store's after it once ran ahead: what was over stays over,
// and nothing lives longer than it was meant to.
#include <catch2/catch.hpp>

#include "tests/store_cases.h"

namespace coffer::test::clock_acceptance_test {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay;
constexpr const char* kSpec =
    R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})";

// A store whose clock was right, then ten years ahead for a while, and is right again.
struct Jumped {
  ScratchStore scratch;
  Store store = scratch.open();
  std::int64_t right_ms = scratch.clock.now_ms();

  void ahead() { scratch.clock.set(right_ms + 10 * kYear); }
  void back() { scratch.clock.set(right_ms); }
  std::int64_t behind() { return store.status()->clock_behind_ms; }
};

}  // namespace

TEST_CASE("an accepted clock is the store's time from then on, in every process") {
  Jumped jumped;
  Store other = jumped.scratch.open();
  REQUIRE(jumped.store.put("before", text("v")).ok());
  jumped.ahead();
  REQUIRE(jumped.store.put("ahead", text("v")).ok());
  REQUIRE(other.get("ahead").ok());
  jumped.back();
  CHECK(jumped.behind() == 10 * kYear);
  CHECK(code_of(other.put("ttl", text("v"), {.ttl_ms = kHour})) == ErrorCode::failed);
  const auto accepted = jumped.store.accept_clock();
  REQUIRE(accepted.ok());
  CHECK(accepted->from_ms == jumped.right_ms + 10 * kYear);
  CHECK(accepted->to_ms == jumped.right_ms);
  for (Store* store : {&jumped.store, &other}) {
    CHECK(store->status()->clock_behind_ms == 0);
    REQUIRE(store->put("ttl", text("v"), {.ttl_ms = kHour}).ok());
    CHECK(store->get("ttl")->info.created_at_ms == jumped.right_ms);
    CHECK(store->get("ttl")->info.expires_at_ms == jumped.right_ms + kHour);
  }
  // Nothing claims to be from a time to come.
  CHECK(jumped.store.history("ahead")->versions[0].created_at_ms == jumped.right_ms);
  CHECK(jumped.store.metadata("ahead")->created_at_ms == jumped.right_ms);
  CHECK(jumped.store.metadata("ahead")->updated_at_ms == jumped.right_ms);
  jumped.scratch.clock.turn(kHour);
  CHECK(code_of(other.get("ttl")) == ErrorCode::expired);
  require_sound(jumped.store);
  require_sound(other);
  CHECK(jumped.scratch.open().status()->clock_behind_ms == 0);
}

TEST_CASE("what expired by the rejected time is destroyed before it could be had again") {
  Jumped jumped;
  REQUIRE(jumped.store.put("short", text("v"), {.ttl_ms = kHour}).ok());
  REQUIRE(jumped.store.put("long", text("v"), {.ttl_ms = 20 * kYear}).ok());
  REQUIRE(jumped.store.put("seen", text("v"), {.ttl_ms = kHour}).ok());
  jumped.ahead();
  CHECK(code_of(jumped.store.get("seen")) == ErrorCode::expired);
  jumped.back();
  const auto tried = jumped.store.accept_clock(true);
  REQUIRE(tried.ok());
  CHECK((tried->destroyed == 2 && tried->moved == 0));
  CHECK(jumped.behind() == 10 * kYear);
  const auto accepted = jumped.store.accept_clock();
  REQUIRE(accepted.ok());
  CHECK((accepted->destroyed == 2 && accepted->moved == 0));
  CHECK(code_of(jumped.store.get("short")) == ErrorCode::expired);
  CHECK(code_of(jumped.store.get("seen")) == ErrorCode::expired);
  CHECK(code_of(jumped.store.undelete("short", {1})) == ErrorCode::expired);
  CHECK(jumped.store.get("long")->info.expires_at_ms == jumped.right_ms + 20 * kYear);
  require_sound(jumped.store);
}

TEST_CASE("what was deleted by the rejected time stays deleted, and can be brought back") {
  Jumped jumped;
  REQUIRE(jumped.store.put("by-hand", text("v")).ok());
  REQUIRE(jumped.store.put_metadata("by-time", {.delete_version_after_ms = kDay}).ok());
  REQUIRE(jumped.store.put("by-time", text("v")).ok());
  jumped.ahead();
  REQUIRE(jumped.store.soft_delete("by-hand").ok());
  CHECK(code_of(jumped.store.get("by-time")) == ErrorCode::deleted);
  jumped.back();
  const auto accepted = jumped.store.accept_clock();
  REQUIRE(accepted.ok());
  CHECK((accepted->destroyed == 0 && accepted->moved == 2));
  CHECK(code_of(jumped.store.get("by-hand")) == ErrorCode::deleted);
  CHECK(code_of(jumped.store.get("by-time")) == ErrorCode::deleted);
  REQUIRE(jumped.store.undelete("by-time", {1}).ok());
  CHECK(jumped.store.get("by-time")->info.deletion_at_ms == jumped.right_ms + kDay);
  require_sound(jumped.store);
}

TEST_CASE("what was written in the rejected time keeps the time it had left") {
  Jumped jumped;
  REQUIRE(jumped.store.put("earlier", text("v"), {.ttl_ms = 11 * kYear}).ok());
  jumped.ahead();
  REQUIRE(jumped.store.put("a", text("v"), {.ttl_ms = kDay}).ok());
  REQUIRE(jumped.store.put_metadata("b", {.delete_version_after_ms = kDay}).ok());
  REQUIRE(jumped.store.put("b", text("v")).ok());
  jumped.scratch.clock.turn(kHour);
  REQUIRE(jumped.store.put("c", text("v")).ok());
  jumped.back();
  REQUIRE(jumped.store.accept_clock()->moved == 2);
  CHECK(jumped.store.get("a")->info.expires_at_ms == jumped.right_ms + kDay - kHour);
  CHECK(jumped.store.get("b")->info.deletion_at_ms == jumped.right_ms + kDay - kHour);
  CHECK(jumped.store.get("earlier")->info.expires_at_ms == jumped.right_ms + 11 * kYear);
  jumped.scratch.clock.turn(kDay - kHour - 1);
  CHECK(jumped.store.get("a").ok());
  jumped.scratch.clock.turn(1);
  CHECK(code_of(jumped.store.get("a")) == ErrorCode::expired);
  CHECK(code_of(jumped.store.get("b")) == ErrorCode::deleted);
  CHECK(jumped.store.sweep()->swept.size() == 1);  // It stands in the time index where it ends.
  require_sound(jumped.store);
}

TEST_CASE("checks, stages and what became unreachable go by the accepted time") {
  Jumped jumped;
  jumped.ahead();
  Configs configs = jumped.store.configs();
  REQUIRE(configs.put("c", kSpec, R"({"p":"one"})").ok());
  REQUIRE(configs.put("c", kSpec, R"({"p":"two"})", {.keep_old_ms = kDay}).ok());
  REQUIRE(configs.check(kSpec, R"({"p":"three"})", {.id = "c", .ttl_ms = kHour}).ok());
  const auto staged = configs.stage("d", kSpec, R"({"p":"four"})", {}, kHour);
  REQUIRE(staged.ok());
  jumped.back();
  REQUIRE(jumped.store.accept_clock().ok());
  require_sound(jumped.store);
  jumped.scratch.clock.turn(kHour);
  CHECK(code_of(configs.commit("d", staged->stage)) == ErrorCode::expired);
  CHECK(jumped.store.sweep()->swept.size() == 2);
  jumped.scratch.clock.turn(kDay);
  CHECK(jumped.store.sweep()->swept.size() == 1);
  CHECK(configs.get("c", ConfigForm::revealed)->document.text() == R"({"p":"two"})");
  // Past the rejected time as well: no note is looked for where it no longer stands.
  jumped.scratch.clock.turn(11 * kYear);
  REQUIRE(jumped.store.sweep().ok());
  REQUIRE(jumped.store.sweep({.full = true}).ok());
  CHECK(jumped.store.list("", {.recursive = true, .state = ListState::all})->size() == 1);
  require_sound(jumped.store);
}

TEST_CASE("accepting is on record, and where there is nothing to accept nothing happens") {
  Jumped jumped;
  REQUIRE(jumped.store.put("a", text("v")).ok());
  const std::uint64_t sequence = sequence_of(jumped.store);
  const auto nothing = jumped.store.accept_clock();
  REQUIRE(nothing.ok());
  CHECK(nothing->from_ms == nothing->to_ms);
  CHECK(sequence_of(jumped.store) == sequence);
  jumped.ahead();
  REQUIRE(jumped.store.put("a", text("w")).ok());
  jumped.back();
  Store alice = jumped.store.as({.actor = "alice", .reason = "the battery"}).value();
  REQUIRE(alice.accept_clock().ok());
  const auto records = jumped.store.audit().list({.action = "clock.accept"}).value();
  REQUIRE(records.size() == 1);
  CHECK((records[0].actor == "alice" && records[0].at_ms == jumped.right_ms));
  CHECK(jumped.store.audit().verify()->problem.empty());
  CHECK(jumped.store.audit().changes(0, {})->changes.size() ==
        2);  // Of secrets; the clock is none.
}

TEST_CASE("a clock before 2020 is not accepted, and nothing changes") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v"), {.ttl_ms = kHour}).ok());
  const std::string before = state_of(store);
  scratch.clock.set(5000);
  CHECK(code_of(store.accept_clock()) == ErrorCode::usage);
  CHECK(code_of(store.accept_clock(true)) == ErrorCode::usage);
  scratch.clock.set(1'700'000'000'000);
  CHECK(state_of(store) == before);
}

TEST_CASE("a snapshot from before is given up") {
  Jumped jumped;
  REQUIRE(jumped.store.put("a", text("v"), {.ttl_ms = kHour}).ok());
  const auto snapshot = jumped.store.snapshot();
  REQUIRE(snapshot.ok());
  jumped.ahead();
  REQUIRE(jumped.store.put("b", text("v")).ok());
  jumped.back();
  REQUIRE(jumped.store.accept_clock().ok());
  CHECK(code_of(snapshot->get("a")) == ErrorCode::busy);
  CHECK(jumped.store.snapshot()->get("b").ok());
}

TEST_CASE("what is to be pruned by time is found among records from before and after") {
  Jumped jumped;
  REQUIRE(jumped.store.put("a", text("v")).ok());
  jumped.ahead();
  REQUIRE(jumped.store.put("b", text("v")).ok());
  jumped.back();
  REQUIRE(jumped.store.accept_clock().ok());
  jumped.scratch.clock.turn(kDay);
  REQUIRE(jumped.store.put("c", text("v")).ok());
  const auto pruned =
      jumped.store.audit().prune({.before_ms = jumped.scratch.clock.now_ms() - kHour});
  REQUIRE(pruned.ok());
  CHECK(pruned->removed == 3);
  CHECK(jumped.store.audit().verify()->problem.empty());
}

TEST_CASE("accepting twice moves nothing twice") {
  Jumped jumped;
  jumped.ahead();
  REQUIRE(jumped.store.put("a", text("v"), {.ttl_ms = kDay}).ok());
  jumped.back();
  REQUIRE(jumped.store.accept_clock()->moved == 1);
  jumped.ahead();
  REQUIRE(jumped.store.put("b", text("v")).ok());  // Long after a's end.
  jumped.back();
  const auto again = jumped.store.accept_clock();
  REQUIRE(again.ok());
  CHECK((again->destroyed == 1 && again->moved == 0));
  CHECK(code_of(jumped.store.get("a")) == ErrorCode::expired);
  CHECK(jumped.store.get("b").ok());
  require_sound(jumped.store);
}

}  // namespace coffer::test::clock_acceptance_test
