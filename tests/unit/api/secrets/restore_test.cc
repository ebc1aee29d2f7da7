// Transaction::restore: a secret with the history that it has elsewhere.
#include "tests/store_cases.h"

namespace coffer::test::restore_test {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::vector<RestoredVersion> versions_at(std::int64_t now_ms) {
  std::vector<RestoredVersion> versions;
  versions.push_back({{9, now_ms - 10, 0, now_ms + kDayMs, false}, text("nine")});
  versions.push_back({{7, now_ms - 20, now_ms - 15, 0, false}, text("seven")});
  versions.push_back({{6, now_ms - 30, 0, 0, true}, std::nullopt});
  versions.push_back({{5, now_ms - 40, 0, now_ms - 5, false}, text("five")});
  versions.push_back({{4, now_ms - 50, now_ms - 45, 0, false}, std::nullopt});
  return versions;
}

Result<TransactionReport> restore(Store& store, const std::string& path,
                                  const std::vector<RestoredVersion>& versions,
                                  std::int64_t created_at_ms = 0,
                                  const MetadataChange& metadata = {}) {
  return store.transaction(
      [&](Transaction& txn) { return txn.restore(path, versions, created_at_ms, metadata); });
}

ErrorCode refusal_of(Store& store, VersionInfo info, bool with_value = true) {
  std::vector<RestoredVersion> versions;
  versions.push_back({info, with_value ? std::optional(text("v")) : std::nullopt});
  return code_of(restore(store, "refused", versions));
}

}  // namespace

TEST_CASE("a restored secret has its numbers, times, states and metadata") {
  ScratchStore scratch;
  const std::int64_t now = scratch.clock.now_ms();
  {
    Store store = scratch.open();
    MetadataChange metadata;
    metadata.max_versions = 4;
    metadata.owner = "ann";
    REQUIRE(restore(store, "a/b", versions_at(now), now - kDayMs, metadata).ok());
  }
  Store store = scratch.open();
  CHECK(numbers_of(store.history("a/b").value()) == std::vector<std::uint64_t>{9, 7, 6, 5, 4});
  CHECK(value_of(store, "a/b") == "nine");
  CHECK(code_of(store.get("a/b", 7)) == ErrorCode::deleted);
  CHECK(code_of(store.get("a/b", 6)) == ErrorCode::destroyed);
  CHECK(code_of(store.get("a/b", 5)) == ErrorCode::expired);
  CHECK(code_of(store.get("a/b", 4)) == ErrorCode::destroyed);
  REQUIRE(store.undelete("a/b", {7}).ok());
  CHECK(value_of(store, "a/b", 7) == "seven");
  CHECK(store.metadata("a/b")->owner == "ann");
  CHECK(store.metadata("a/b")->created_at_ms == now - kDayMs);
  CHECK(store.history("a/b")->versions[0].created_at_ms == now - 10);
  CHECK(store.put("a/b", text("ten"), {.cas = 9})->version == 10);
  // The secret's own limit counts, for the store's is unset: of 7 to 10 there are three.
  CHECK(numbers_of(store.history("a/b").value()) == std::vector<std::uint64_t>{10, 9, 7});
  require_sound(store);
}

TEST_CASE("a restored version expires as any other, and the sweep takes it") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(restore(store, "a", versions_at(scratch.clock.now_ms())).ok());
  scratch.clock.turn(2 * kDayMs);
  CHECK(code_of(store.get("a")) == ErrorCode::expired);
  const auto report = store.sweep();
  REQUIRE(report.ok());
  REQUIRE(report->swept.size() == 1);
  CHECK(report->swept[0].version == 9);
  require_sound(store);
}

TEST_CASE("a secret without versions can be restored") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(restore(store, "a", {}).ok());
  CHECK(store.list("").value() == std::vector<std::string>{"a"});
  CHECK(code_of(restore(store, "a", {})) == ErrorCode::conflict);
  CHECK(store.status()->secret_count == 1);
  CHECK(store.put("a", text("v"), {.cas = 0})->version == 1);
  CHECK(store.status()->secret_count == 1);
  require_sound(store);
}

TEST_CASE("what no secret can have is refused, and nothing is written") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t now = scratch.clock.now_ms();
  REQUIRE(store.put("there", text("v")).ok());
  const std::string before = state_of(store);
  CHECK(code_of(restore(store, "there", versions_at(now))) == ErrorCode::conflict);
  CHECK(code_of(restore(store, "a//b", versions_at(now))) == ErrorCode::usage);
  CHECK(code_of(restore(store, "a", versions_at(now), now + 1)) == ErrorCode::usage);
  CHECK(refusal_of(store, {0, now, 0, 0, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {UINT64_MAX, now, 0, 0, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, now + 1, 0, 0, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, -1, 0, 0, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, now, -1, 0, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, now, 0, -1, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, now, 0, INT64_MAX, false}) == ErrorCode::usage);
  CHECK(refusal_of(store, {1, now, 0, 0, true}) == ErrorCode::usage);
  auto twice = versions_at(now);
  twice[1].info.version = 9;
  CHECK(code_of(restore(store, "a", twice)) == ErrorCode::usage);
  std::vector<RestoredVersion> large;
  large.push_back({{1, now, 0, 0, false}, text(std::string((std::size_t{1} << 20) + 1, 'v'))});
  CHECK(code_of(restore(store, "a", large)) == ErrorCode::limit);
  MetadataChange kind;
  kind.kind = "key-value";
  CHECK(code_of(restore(store, "a", versions_at(now), 0, kind)) == ErrorCode::usage);
  CHECK(state_of(store) == before);
}

}  // namespace coffer::test::restore_test
