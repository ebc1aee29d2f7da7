// A clock far behind what the store has seen: what has an end fails closed, the rest works.
#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace coffer::test::clock_behind_test {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

}  // namespace

TEST_CASE("a machine that boots in 1970 reads nothing that has an end, and all else") {
  ScratchStore scratch;
  REQUIRE(scratch.open().put("brief", Value::opaque("b"), ttl(30 * kDay)).ok());
  REQUIRE(scratch.open().put("lasting", Value::opaque("l")).ok());
  const std::int64_t right = scratch.clock.now_ms();
  scratch.clock.set(5000);
  Store store = scratch.open();
  CHECK(code_of(store.get("brief")) == ErrorCode::expired);
  CHECK(store.get("brief").error().hint().starts_with("set the clock"));
  CHECK(store.get("lasting")->value.text() == "l");
  CHECK(store.put("lasting", Value::opaque("2")).ok());
  CHECK(store.status()->clock_behind_ms == right - 5000);
  CHECK(store.list("").value() == std::vector<std::string>{"lasting"});
  CHECK(store.list("", {.state = ListState::expired}).value() == std::vector<std::string>{"brief"});
  // Nothing was found out about its end: it is neither swept nor noted as expired.
  CHECK(store.sweep()->swept.empty());
  scratch.clock.set(right + kDay);
  CHECK(store.get("brief")->value.text() == "b");
  CHECK(scratch.open().get("brief")->value.text() == "b");
  CHECK(store.status()->clock_behind_ms == 0);
}

TEST_CASE("an end cannot be set while the clock is far behind, and nothing changes") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", Value::opaque("1")).ok());
  scratch.clock.turn(-kDay);
  const std::uint64_t before = store.status()->sequence;
  const auto refused = store.put("a", Value::opaque("2"), ttl(kDay));
  CHECK(code_of(refused) == ErrorCode::failed);
  CHECK(refused.error().hint().starts_with("set the clock"));
  const auto check = store.configs().check(
      R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})",
      R"({"p":"s3cret"})");
  CHECK(code_of(check) == ErrorCode::failed);
  // But for the two records that tell of it.
  CHECK(store.status()->sequence == before + 2);
  const auto records = store.audit().list({.outcome = AuditFilter::Outcome::refused});
  CHECK(records->size() == 2);
  CHECK(store.get("a")->value.text() == "1");
  CHECK(store.put("a", Value::opaque("2")).ok());
}

TEST_CASE("small steps back are waited for, larger ones are not; both heal by themselves") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("brief", Value::opaque("b"), ttl(kDay)).ok());
  scratch.clock.turn(-5 * kMinute);
  CHECK(store.get("brief").ok());
  CHECK(store.put("other", Value::opaque("b"), ttl(kDay)).ok());
  CHECK(scratch.open().get("brief").ok());
  scratch.clock.turn(-1);
  CHECK(code_of(store.get("brief")) == ErrorCode::expired);
  CHECK(code_of(scratch.open().get("brief")) == ErrorCode::expired);
  scratch.clock.turn(1);
  CHECK(store.get("brief").ok());
  scratch.clock.turn(5 * kMinute + kDay);
  CHECK(code_of(store.get("brief")) == ErrorCode::expired);
}

TEST_CASE("a version that has an end behind a far-back clock uncovers no older one") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", Value::opaque("1")).ok());
  REQUIRE(store.put("a", Value::opaque("2"), ttl(kDay)).ok());
  scratch.clock.turn(-kDay);
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  CHECK(store.get("a", 1)->value.text() == "1");
}

TEST_CASE("what only the clock makes gone says so; what was deleted or is over does not") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("brief", Value::opaque("b"), ttl(30 * kDay)).ok());
  REQUIRE(store.put("over", Value::opaque("o"), ttl(1)).ok());
  REQUIRE(store.put("deleted", Value::opaque("d")).ok());
  REQUIRE(store.soft_delete("deleted").ok());
  StoreSettings settings = store.settings().value();
  settings.delete_version_after_ms = 10 * kDay;
  REQUIRE(store.put_settings(settings).ok());
  REQUIRE(store.put("deletes itself", Value::opaque("s")).ok());
  const std::int64_t right = scratch.clock.now_ms();
  // The store's time: a day on, then past the deletion that was to come.
  for (const std::int64_t ahead : {kDay, 20 * kDay}) {
    scratch.clock.set(right + ahead);
    REQUIRE(store.put("ahead", Value::opaque("a")).ok());
    scratch.clock.set(right);
    CHECK(store.get("brief").error().is_clock_behind());
    CHECK(store.get("deletes itself").error().is_clock_behind());
    CHECK_FALSE(store.get("over").error().is_clock_behind());
    CHECK_FALSE(store.get("deleted").error().is_clock_behind());
    CHECK_FALSE(store.get("none").error().is_clock_behind());
    const Snapshot all = store.snapshot().value();
    CHECK(all.get_kept("brief").error().is_clock_behind());
    CHECK(all.get_kept("deletes itself").ok());
  }
}

}  // namespace coffer::test::clock_behind_test
