// coffer::Store, case by case: versions in each state, their times, and who refers to them.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <limits>
#include <utility>

#include "secrets/engine.h"
#include "tests/store_cases.h"

namespace coffer::test::store_versions_test {
namespace {

PutOptions cas(std::uint64_t version) {
  PutOptions options;
  options.cas = version;
  return options;
}

}  // namespace

// --- check and set ---

TEST_CASE("check-and-set goes by the current version, whatever its state") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(code_of(store.put("a", text("v"), cas(1))) == ErrorCode::conflict);
  CHECK(code_of(store.get("a")) == ErrorCode::not_found);
  REQUIRE(store.put("a", text("1"), cas(0))->version == 1);
  const auto again = store.put("a", text("2"), cas(0));
  CHECK(code_of(again) == ErrorCode::conflict);
  CHECK(again.error().number() == std::uint64_t{1});
  REQUIRE(store.put("a", text("2"), cas(1))->version == 2);
  CHECK(code_of(store.put("a", text("x"), cas(1))) == ErrorCode::conflict);
  CHECK(code_of(store.put("a", text("x"), cas(3))) == ErrorCode::conflict);
  // Soft-deleted or destroyed, it has been there: 0 does not match.
  REQUIRE(store.soft_delete("a").ok());
  CHECK(code_of(store.put("a", text("x"), cas(0))) == ErrorCode::conflict);
  REQUIRE(store.put("a", text("3"), cas(2))->version == 3);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(code_of(store.put("a", text("x"), cas(0))) == ErrorCode::conflict);
  CHECK(store.put("a", text("4"), cas(3))->version == 4);
}

// --- versions ---

TEST_CASE("version numbers go on after everything was destroyed") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 3);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(store.put("a", text("new"))->version == 4);
  CHECK(code_of(store.get("a", 3)) == ErrorCode::destroyed);
  CHECK(store.get("a")->value.text() == "new");
}

TEST_CASE("a put beyond max_versions drops the oldest") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 10);
  CHECK(store.history("a")->oldest_version == 1);
  CHECK(store.status()->pending_shred_buckets == 0);
  put_times(store, "a", 2);
  const History history = store.history("a").value();
  CHECK(history.current_version == 12);
  CHECK(history.oldest_version == 3);
  CHECK(numbers_of(history) == std::vector<std::uint64_t>{12, 11, 10, 9, 8, 7, 6, 5, 4, 3});
  CHECK(code_of(store.get("a", 2)) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {2})) == ErrorCode::not_found);
  CHECK(store.status()->pending_shred_buckets == 1);
  REQUIRE(store.destroy("a", {3}).ok());
  CHECK(store.status()->pending_shred_buckets == 0);
  require_sound(store);
}

TEST_CASE("what a version's state forbids is an error of its own") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::not_found);
  CHECK(code_of(store.history("a")) == ErrorCode::not_found);
  CHECK(code_of(store.metadata("a")) == ErrorCode::not_found);
  CHECK(code_of(store.references_to("a")) == ErrorCode::not_found);
  CHECK(code_of(store.soft_delete("a")) == ErrorCode::not_found);
  CHECK(code_of(store.undelete("a", {1})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {1})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy_all("a")) == ErrorCode::not_found);
  put_times(store, "a", 3);
  CHECK(code_of(store.get("a", 4)) == ErrorCode::not_found);
  CHECK(store.get("a", 4).error().number() == std::uint64_t{4});
  // A deleted newest uncovers no older one.
  REQUIRE(store.soft_delete("a").ok());
  CHECK(code_of(store.get("a")) == ErrorCode::deleted);
  CHECK(store.get("a", 2)->value.text() == "2");
  REQUIRE(store.undelete("a", {3}).ok());
  CHECK(store.get("a")->value.text() == "3");
  REQUIRE(store.destroy("a", {}).ok());
  CHECK(code_of(store.get("a")) == ErrorCode::destroyed);
  CHECK(code_of(store.soft_delete("a")) == ErrorCode::destroyed);
  CHECK(code_of(store.undelete("a", {3})) == ErrorCode::destroyed);
  CHECK(code_of(store.destroy("a", {3})) == ErrorCode::destroyed);
  CHECK(store.get("a", 2)->value.text() == "2");
  require_sound(store);
}

TEST_CASE("of several versions all are changed or none") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 4);
  REQUIRE(store.destroy("a", {2}).ok());
  const std::size_t before = changes_of(store);
  CHECK(code_of(store.soft_delete("a", {1, 2})) == ErrorCode::destroyed);
  CHECK(code_of(store.soft_delete("a", {1, 9})) == ErrorCode::not_found);
  CHECK(code_of(store.destroy("a", {4, 3, 2})) == ErrorCode::destroyed);
  CHECK(changes_of(store) == before);
  CHECK(store.get("a", 1).ok());
  CHECK(store.get("a", 3).ok());
  REQUIRE(store.destroy("a", {4, 1, 4})->destroyed.size() == 2);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::destroyed);
  CHECK(code_of(store.get("a", 4)) == ErrorCode::destroyed);
}

TEST_CASE("a second soft delete keeps the time of the first") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 1);
  REQUIRE(store.soft_delete("a").ok());
  const std::int64_t at = store.history("a")->versions.front().deletion_at_ms;
  CHECK(at == scratch.clock.now_ms());
  scratch.clock.turn(5000);
  const std::uint64_t before = sequence_of(store);
  REQUIRE(store.soft_delete("a").ok());
  CHECK(store.history("a")->versions.front().deletion_at_ms == at);
  CHECK(sequence_of(store) == before);
}

TEST_CASE("a receipt tells what was destroyed, when, and by which epochs") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a/b", 3);
  const std::uint64_t epoch = store.status()->epoch;
  const ShredReceipt receipt = store.destroy("a/b", {1, 3}).value();
  CHECK(receipt.epoch_before == epoch);
  CHECK(receipt.epoch_after == epoch + 1);
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(receipt.at_ms == scratch.clock.now_ms());
  CHECK((receipt.erase == "verified-in-place" || receipt.erase == "best-effort"));
  CHECK(receipt.erase == store.status()->erase);
  REQUIRE(receipt.destroyed.size() == 2);
  for (const SweptVersion& each : receipt.destroyed) {
    CHECK(each.path == "a/b");
    CHECK((each.version == 1 || each.version == 3));
    CHECK(each.why == "destroyed");
  }
  // All is gone already: nothing is done, and no epoch is used up.
  REQUIRE(store.destroy_all("a/b")->destroyed.size() == 1);
  const ShredReceipt nothing = store.destroy_all("a/b").value();
  CHECK(nothing.destroyed.empty());
  CHECK(nothing.epoch_before == nothing.epoch_after);
  CHECK(nothing.epoch_after == store.status()->epoch);
}

// --- time ---

TEST_CASE("a version expires on the millisecond") {
  ScratchStore scratch;
  Store store = scratch.open();
  const VersionInfo info = store.put("a", text("v"), ttl(1000)).value();
  CHECK(info.expires_at_ms == info.created_at_ms + 1000);
  scratch.clock.turn(999);
  CHECK(store.get("a").ok());
  CHECK(store.sweep()->swept.empty());
  scratch.clock.turn(1);
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::expired);
}

TEST_CASE("a clock set back revives nothing that was told to be expired, over a reopen too") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    REQUIRE(store.put("a", text("v"), ttl(1000)).ok());
    scratch.clock.turn(1000);
    CHECK(code_of(store.get("a")) == ErrorCode::expired);
    scratch.clock.turn(-900'000);
    CHECK(code_of(store.get("a")) == ErrorCode::expired);
  }
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  CHECK(store.list("").value().empty());
}

TEST_CASE("what a listing or a dry run called expired stays so over a reopen") {
  const bool by_sweep = GENERATE(false, true);
  ScratchStore scratch;
  {
    Store store = scratch.open();
    REQUIRE(store.put("a", text("v"), ttl(1000)).ok());
    scratch.clock.turn(1000);
    if (by_sweep) REQUIRE(store.sweep({.dry_run = true})->swept.size() == 1);
    if (!by_sweep) REQUIRE(store.list("").value().empty());
  }
  scratch.clock.turn(-5000);
  Store store = scratch.open();
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
}

TEST_CASE("times never go back: not of what is put, not of what is deleted") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t first = store.put("a", text("1"))->created_at_ms;
  scratch.clock.turn(-300'000);
  const VersionInfo second = store.put("a", text("2"), ttl(500)).value();
  CHECK(second.created_at_ms == first);
  CHECK(second.expires_at_ms == first + 500);
  REQUIRE(store.soft_delete("a", {1}).ok());
  CHECK(store.history("a")->versions.back().deletion_at_ms == first);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::deleted);
}

TEST_CASE("a sweep reclaims what expired, tells it once, and `expired` stays the answer") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "keep", 2);
  REQUIRE(store.put("a", text("1"), ttl(10)).ok());
  REQUIRE(store.put("a", text("2")).ok());
  REQUIRE(store.put("b", text("1"), ttl(20)).ok());
  REQUIRE(store.soft_delete("b").ok());
  scratch.clock.turn(20);
  const std::uint64_t epoch = store.status()->epoch;
  const SweepReport dry = store.sweep({.dry_run = true}).value();
  CHECK(dry.dry_run);
  CHECK(dry.swept.size() == 2);
  CHECK_FALSE(store.history("a")->versions.back().destroyed);
  const SweepReport swept = store.sweep().value();
  CHECK(swept.swept.size() == 2);
  for (const SweptVersion& each : swept.swept) CHECK(each.why == "expired");
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(store.sweep()->swept.empty());
  CHECK(store.status()->epoch == epoch + 1);
  CHECK(store.history("a")->versions.back().destroyed);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::expired);
  CHECK(code_of(store.get("b")) == ErrorCode::expired);
  CHECK(store.get("a")->value.text() == "2");
  CHECK(store.get("keep", 1)->value.text() == "1");
  CHECK(code_of(store.destroy("b", {1})) == ErrorCode::expired);
  require_sound(store);
}

TEST_CASE("a sweep of more than one batch takes everything") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < 600; ++i)
    REQUIRE(store.put("s/" + std::to_string(i), text("v"), ttl(1)).ok());
  scratch.clock.turn(1);
  CHECK(store.sweep()->swept.size() == 600);
  CHECK(store.list("", {.recursive = true}).value().empty());
  require_sound(store);
}

TEST_CASE("an absurd time to live or grace is an error, not an overflow") {
  ScratchStore scratch;
  Store store = scratch.open();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  CHECK(code_of(store.put("a", text("v"), ttl(-1))) == ErrorCode::limit);
  CHECK(code_of(store.put("a", text("v"), ttl(kMost))) == ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = -1})) == ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = std::numeric_limits<std::int64_t>::min()})) ==
        ErrorCode::limit);
  CHECK(code_of(store.sweep({.grace_ms = kMost})) == ErrorCode::limit);
  CHECK(store.put("a", text("v"), ttl(kTtlMaxMs)).ok());
  CHECK(store.sweep({.grace_ms = kTtlMaxMs}).ok());
}

// --- references ---

TEST_CASE("what something refers to is not destroyed, however its version is given") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 3);
  OpenOptions options;
  options.clock = &scratch.clock;
  auto engine = secrets::Engine::open(scratch.path(), {scratch.key()}, options);
  REQUIRE(engine.ok());
  const secrets::Reference reference = {"a", 3, "config", "c"};
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) { return txn.add_reference(reference); })
              .ok());
  REQUIRE(store.references_to("a")->size() == 1);
  using Versions = std::vector<std::uint64_t>;
  for (const Versions& versions : {Versions{}, Versions{0}, Versions{3}, Versions{1, 3}})
    CHECK(code_of(store.destroy("a", versions)) == ErrorCode::in_use);
  CHECK(code_of(store.destroy_all("a")) == ErrorCode::in_use);
  CHECK(store.get("a", 1).ok());
  CHECK(store.get("a").ok());
  CHECK(store.destroy("a", {1}).ok());
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) { return txn.remove_reference(reference); })
              .ok());
  CHECK(store.destroy("a", {0})->destroyed.front().version == 3);
}

TEST_CASE("a minted version that is both expired and unreachable is swept once") {
  ScratchStore scratch;
  Store store = scratch.open();
  OpenOptions options;
  options.clock = &scratch.clock;
  auto engine = secrets::Engine::open(scratch.path(), {scratch.key()}, options);
  REQUIRE(engine.ok());
  REQUIRE((*engine)
              ->write([&](secrets::Transaction& txn) -> Result<void> {
                secrets::PutRequest request;
                request.managed = true;
                request.expires_at_ms = txn.now_ms() + 10;
                COFFER_TRY(txn.put("m", text("v"), request));
                request.expires_at_ms = 0;
                COFFER_TRY(txn.put("m", text("w"), request));
                COFFER_TRY(txn.mark_unreachable("m", 1));
                return txn.mark_unreachable("m", 2);
              })
              .ok());
  CHECK(store.sweep({.grace_ms = 10})->swept.empty());
  scratch.clock.turn(10);
  CHECK(store.sweep({.dry_run = true})->swept.size() == 2);
  const auto report = store.sweep();
  REQUIRE(report.ok());
  REQUIRE(report->swept.size() == 2);
  CHECK(report->swept.front().why == "expired");
  CHECK(report->swept.back().why == "unreachable");
  CHECK(code_of(store.get("m", 1)) == ErrorCode::expired);
  CHECK(code_of(store.get("m", 2)) == ErrorCode::destroyed);
  require_sound(store);
}

}  // namespace coffer::test::store_versions_test
