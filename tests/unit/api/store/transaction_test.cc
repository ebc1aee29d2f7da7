// Store::transaction: all of its operations or none, and what patch, rollback, move, copy and
// erase do, alone and together.
#include <stdexcept>

#include "secrets/engine.h"
#include "tests/store_cases.h"

namespace coffer::test::transaction_test {

TEST_CASE("a transaction commits everything at once, and its reads see its own writes") {
  ScratchStore scratch;
  Store store = scratch.open();
  Store other = scratch.open();
  const auto report = store.transaction([&](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.put("a", text("1")));
    COFFER_TRY(txn.put("b/c", text("2")));
    CHECK(txn.get("a")->value.text() == "1");
    CHECK(txn.list("", {.recursive = true}).value() == std::vector<std::string>{"a", "b/c"});
    CHECK(txn.exists("b/c").value());
    CHECK(code_of(other.get("a")) == ErrorCode::not_found);
    COFFER_TRY(txn.put("a", text("3")));
    CHECK(txn.history("a")->current_version == 2);
    return {};
  });
  REQUIRE(report.ok());
  CHECK(report->sequence == sequence_of(store));
  CHECK(report->receipt.destroyed.empty());
  CHECK(value_of(other, "a") == "3");
  CHECK(value_of(other, "b/c") == "2");
  require_sound(store);
}

TEST_CASE("an error or an exception of the body leaves nothing behind") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("kept", text("v")).ok());
  const std::string before = state_of(store);
  const auto everything = [](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.put("new", text("v")));
    COFFER_TRY(txn.destroy("kept"));
    COFFER_TRY(txn.put_metadata("named", {.owner = "me"}));
    COFFER_TRY(txn.put_settings({.max_versions = 3}));
    COFFER_TRY(txn.move("new", "elsewhere"));
    return {};
  };
  const auto refused = store.transaction([&](Transaction& txn) -> Result<void> {
    COFFER_TRY(everything(txn));
    return Error(ErrorCode::denied, "not today");
  });
  CHECK(code_of(refused) == ErrorCode::denied);
  CHECK_THROWS_AS(store.transaction([&](Transaction& txn) -> Result<void> {
    COFFER_TRY(everything(txn));
    throw std::runtime_error("a body's own");
  }),
                  std::runtime_error);
  CHECK(state_of(store) == before);
  CHECK(value_of(store, "kept") == "v");
  CHECK(store.list("", {.recursive = true}).value() == std::vector<std::string>{"kept"});
  CHECK(store.settings()->max_versions == 0);
  CHECK(store.status()->epoch == 1);
  require_sound(store);
}

TEST_CASE("an operation that is refused changes nothing, and the body may go on") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 2);
  REQUIRE(store
              .transaction([&](Transaction& txn) -> Result<void> {
                CHECK(code_of(txn.put("a", text("x"), {.cas = 1})) == ErrorCode::conflict);
                CHECK(code_of(txn.put("bad//name", text("x"))) == ErrorCode::usage);
                CHECK(code_of(txn.destroy("a", {1, 7})) == ErrorCode::not_found);
                CHECK(code_of(txn.move("a", "a")) == ErrorCode::conflict);
                CHECK(code_of(txn.copy("none", "b")) == ErrorCode::not_found);
                CHECK(code_of(txn.put_metadata("a", {.kind = "no-kind"})) == ErrorCode::usage);
                CHECK(code_of(txn.put_settings({.value_bytes_max = 0})) == ErrorCode::limit);
                COFFER_TRY(txn.put("a", text("3"), {.cas = 2}));
                return {};
              })
              .ok());
  CHECK(numbers_of(store.history("a").value()) == std::vector<std::uint64_t>{3, 2, 1});
  CHECK(value_of(store, "a") == "3");
  require_sound(store);
}

TEST_CASE("what a transaction destroys is shredded once, when it commits") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (const char* path : {"a", "b", "c"}) put_times(store, path, 2);
  const auto report = store.transaction([](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.destroy("a", {1}));
    COFFER_TRY(txn.destroy_all("b"));
    COFFER_TRY(txn.erase("c"));
    COFFER_TRY(txn.put("c", text("new")));
    return {};
  });
  REQUIRE(report.ok());
  CHECK(report->receipt.destroyed.size() == 5);
  CHECK(report->receipt.epoch_before == 1);
  CHECK(report->receipt.epoch_after == 2);
  CHECK(code_of(store.get("a", 1)) == ErrorCode::destroyed);
  CHECK(value_of(store, "a") == "2");
  CHECK(numbers_of(store.history("c").value()) == std::vector<std::uint64_t>{1});
  require_sound(store);
}

TEST_CASE("a body that writes through the store itself is told, and does not hang") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store
              .transaction([&](Transaction& txn) -> Result<void> {
                CHECK(code_of(store.put("a", text("v"))) == ErrorCode::failed);
                COFFER_TRY(txn.put("b", text("v")));
                return {};
              })
              .ok());
  CHECK(store.list("").value() == std::vector<std::string>{"b"});
}

// --- patch and rollback ---

TEST_CASE("a patch changes what it names and leaves the rest exact to the byte") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string before = R"({ "n": 1.50e+00, "user":"a" ,"old": 9007199254740993,"x":{"y":1}})";
  REQUIRE(store.put("a", json(before)).ok());
  const auto info = store.patch("a", R"({"user":"b","old":null,"x":{"z":[1]}})");
  REQUIRE(info.ok());
  CHECK(info->version == 2);
  const std::string after = value_of(store, "a");
  CHECK(after.starts_with(R"({ "n": 1.50e+00, "user":"b")"));
  CHECK(after.find("old") == std::string::npos);
  CHECK(store.get("a")->value.field("x")->text().find("\"y\":1") != std::string::npos);
  CHECK(value_of(store, "a", 1) == before);
}

TEST_CASE("a patch is refused where there is nothing to patch, and goes by check-and-set") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(code_of(store.patch("none", "{}")) == ErrorCode::not_found);
  REQUIRE(store.put_metadata("empty", {.owner = "me"}).ok());
  CHECK(code_of(store.patch("empty", "{}")) == ErrorCode::not_found);
  REQUIRE(store.put("bytes", text("v")).ok());
  CHECK(code_of(store.patch("bytes", "{}")) == ErrorCode::usage);
  REQUIRE(store.put("a", json(R"({"k":1})")).ok());
  CHECK(code_of(store.patch("a", "{")) == ErrorCode::usage);
  CHECK(code_of(store.patch("a", R"({"k":1,"k":2})")) == ErrorCode::usage);
  CHECK(code_of(store.patch("a", "{}", {.cas = 2})) == ErrorCode::conflict);
  CHECK(store.patch("a", R"({"k":2})", {.cas = 1})->version == 2);
  REQUIRE(store.soft_delete("a").ok());
  // The state is told after the check-and-set, as Vault does.
  CHECK(code_of(store.patch("a", "{}", {.cas = 1})) == ErrorCode::conflict);
  CHECK(code_of(store.patch("a", "{}")) == ErrorCode::deleted);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(code_of(store.patch("a", "{}")) == ErrorCode::destroyed);
  require_sound(store);
}

TEST_CASE("a patch or rollback satisfies cas_required, for it reads what it writes upon") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", json("{}")).ok());
  REQUIRE(store.patch_metadata("a", {.cas_required = true}).ok());
  CHECK(code_of(store.put("a", json("{}"))) == ErrorCode::conflict);
  CHECK(store.patch("a", R"({"k":1})")->version == 2);
  CHECK(store.rollback("a", 1)->version == 3);
}

TEST_CASE("a patched value beyond the limit is refused and the old one stays") {
  ScratchStore scratch({.value_bytes_max = 64});
  Store store = scratch.open();
  REQUIRE(store.put("a", json(R"({"k":"v"})")).ok());
  const std::string patch = R"({"long":")" + std::string(60, 'x') + R"("})";
  CHECK(code_of(store.patch("a", patch)) == ErrorCode::limit);
  CHECK(value_of(store, "a") == R"({"k":"v"})");
}

TEST_CASE("a value made from an older one expires when that does, unless it is said") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t start = scratch.clock.now_ms();
  REQUIRE(store.put("a", json("{}"), {.ttl_ms = 1000}).ok());
  CHECK(store.patch("a", R"({"k":1})")->expires_at_ms == start + 1000);
  CHECK(store.patch("a", R"({"k":2})", {.ttl_ms = 5000})->expires_at_ms == start + 5000);
  REQUIRE(store.put("a", json("[]")).ok());
  CHECK(store.rollback("a", 1)->expires_at_ms == start + 1000);
  scratch.clock.turn(1000);
  CHECK(code_of(store.rollback("a", 1)) == ErrorCode::expired);
}

TEST_CASE("a rollback adds a version with the old value, whatever the newest one's state") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 3);
  CHECK(code_of(store.rollback("a", 0)) == ErrorCode::usage);
  CHECK(code_of(store.rollback("a", 4)) == ErrorCode::not_found);
  CHECK(code_of(store.rollback("none", 1)) == ErrorCode::not_found);
  CHECK(code_of(store.rollback("a", 1, {.cas = 2})) == ErrorCode::conflict);
  REQUIRE(store.soft_delete("a").ok());
  CHECK(store.rollback("a", 1)->version == 4);
  CHECK(value_of(store, "a") == "1");
  REQUIRE(store.destroy("a", {2}).ok());
  CHECK(code_of(store.rollback("a", 2)) == ErrorCode::destroyed);
  CHECK(code_of(store.rollback("a", 3)) == ErrorCode::deleted);
  require_sound(store);
}

// --- move, copy, erase ---

namespace {

void require_same_history(const History& a, const History& b) {
  REQUIRE(a.versions.size() == b.versions.size());
  for (std::size_t i = 0; i < a.versions.size(); ++i) {
    CHECK(a.versions[i].version == b.versions[i].version);
    CHECK(a.versions[i].created_at_ms == b.versions[i].created_at_ms);
    CHECK(a.versions[i].deletion_at_ms == b.versions[i].deletion_at_ms);
    CHECK(a.versions[i].expires_at_ms == b.versions[i].expires_at_ms);
    CHECK(a.versions[i].destroyed == b.versions[i].destroyed);
  }
}

// Versions 1 to 4: destroyed, soft-deleted, one with a time to live, a plain one.
void put_eventful(ScratchStore& scratch, Store& store, const std::string& path) {
  put_times(store, path, 2);
  REQUIRE(
      store.put(path, json(R"({"k": 1.0})"), {.ttl_ms = 60'000, .metadata = {.owner = "me"}}).ok());
  scratch.clock.turn(10);
  REQUIRE(store.put(path, text("4")).ok());
  REQUIRE(store.destroy(path, {1}).ok());
  REQUIRE(store.soft_delete(path, {2}).ok());
}

}  // namespace

TEST_CASE("a move takes every version along with its number, times and state") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_eventful(scratch, store, "from/here");
  const History before = store.history("from/here").value();
  const Metadata metadata = store.metadata("from/here").value();
  scratch.clock.turn(500);
  REQUIRE(store.move("from/here", "to").ok());
  require_same_history(before, store.history("to").value());
  CHECK(store.metadata("to")->created_at_ms == metadata.created_at_ms);
  CHECK(store.metadata("to")->updated_at_ms == metadata.updated_at_ms);
  CHECK(store.metadata("to")->owner == "me");
  CHECK(value_of(store, "to") == "4");
  CHECK(value_of(store, "to", 3) == R"({"k": 1.0})");
  CHECK(store.get("to", 3)->value.is_json());
  CHECK(code_of(store.get("to", 1)) == ErrorCode::destroyed);
  CHECK(code_of(store.get("to", 2)) == ErrorCode::deleted);
  CHECK(code_of(store.get("from/here")) == ErrorCode::not_found);
  CHECK(store.list("", {.recursive = true}).value() == std::vector<std::string>{"to"});
  CHECK(store.status()->secret_count == 1);
  require_sound(store);
  // The time index went along.
  scratch.clock.turn(60'000);
  const auto swept = store.sweep();
  REQUIRE(swept.ok());
  REQUIRE(swept->swept.size() == 1);
  CHECK(swept->swept[0].path == "to");
  CHECK(store.put("to", text("5"))->version == 5);
  require_sound(store);
}

TEST_CASE("a move onto its own folder and back leaves no name behind") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a/b", 2);
  REQUIRE(store.move("a/b", "a").ok());
  CHECK(store.list("").value() == std::vector<std::string>{"a"});
  REQUIRE(store.move("a", "a/b/c").ok());
  CHECK(store.list("").value() == std::vector<std::string>{"a/"});
  CHECK(store.list("", {.recursive = true}).value() == std::vector<std::string>{"a/b/c"});
  require_sound(store);
}

TEST_CASE("a copy leaves its source as it was, and neither touches the other later") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_eventful(scratch, store, "a");
  REQUIRE(store.copy("a", "b").ok());
  require_same_history(store.history("a").value(), store.history("b").value());
  CHECK(store.status()->secret_count == 2);
  REQUIRE(store.destroy_all("a").ok());
  CHECK(value_of(store, "b") == "4");
  REQUIRE(store.put("b", text("5")).ok());
  CHECK(store.history("a")->current_version == 4);
  scratch.clock.turn(120'000);
  CHECK(store.sweep()->swept.size() == 1);
  require_sound(store);
}

TEST_CASE("move and copy refuse a target that is there, whatever is left of it") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_times(store, "a", 1);
  put_times(store, "deleted", 1);
  REQUIRE(store.soft_delete("deleted").ok());
  put_times(store, "destroyed", 1);
  REQUIRE(store.destroy_all("destroyed").ok());
  REQUIRE(store.put_metadata("named", {.owner = "me"}).ok());
  const std::string before = state_of(store);
  for (const char* to : {"a", "deleted", "destroyed", "named"}) {
    CHECK(code_of(store.move("a", to)) == ErrorCode::conflict);
    CHECK(code_of(store.copy("a", to)) == ErrorCode::conflict);
  }
  CHECK(code_of(store.move("none", "b")) == ErrorCode::not_found);
  CHECK(code_of(store.move("a", "b//c")) == ErrorCode::usage);
  CHECK(code_of(store.move("a", "airbyte_x_v1")) == ErrorCode::usage);
  CHECK(state_of(store) == before);
  CHECK(store.move("named", "other").ok());
  CHECK(store.metadata("other")->owner == "me");
  require_sound(store);
}

TEST_CASE("what something refers to is not moved, and may be copied") {
  ScratchStore scratch;
  put_times(*std::make_unique<Store>(scratch.open()), "a", 1);
  {
    secrets::Engine& engine =
        *secrets::Engine::open(scratch.path(), {scratch.key()}, {.clock = &scratch.clock})
             ->release();
    const std::unique_ptr<secrets::Engine> owner(&engine);
    REQUIRE(engine
                .write([](secrets::Transaction& txn) {
                  return txn.add_reference({"a", 1, "external", "job"});
                })
                .ok());
  }
  Store store = scratch.open();
  CHECK(code_of(store.move("a", "b")) == ErrorCode::in_use);
  CHECK(code_of(store.erase("a")) == ErrorCode::in_use);
  REQUIRE(store.copy("a", "b").ok());
  CHECK(store.move("b", "c").ok());
  require_sound(store);
}

TEST_CASE("a config's own secret is neither moved, copied, erased nor given metadata") {
  ScratchStore scratch;
  Store store = scratch.open();
  const char* spec =
      R"({"type":"object","properties":{"p":{"type":"string","airbyte_secret":true}}})";
  REQUIRE(store.configs().put("c", spec, R"({"p":"v"})").ok());
  const std::string base = store.list("").value().front();
  CHECK(code_of(store.move(base, "b")) == ErrorCode::in_use);
  CHECK(code_of(store.copy(base, "b")) == ErrorCode::in_use);
  CHECK(code_of(store.erase(base)) == ErrorCode::in_use);
  CHECK(code_of(store.put_metadata(base, {.owner = "me"})) == ErrorCode::in_use);
  CHECK(code_of(store.rollback(base, 1)) == ErrorCode::in_use);
  CHECK(code_of(store.patch(base, "\"x\"")) == ErrorCode::in_use);
}

TEST_CASE("users of a secret are noted and taken back with the rest of a transaction") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto both = [&store](bool fail) {
    return store.transaction([fail](Transaction& txn) -> Result<void> {
      COFFER_TRY(txn.put("a", text("1")));
      COFFER_TRY(txn.add_reference("a", 1, "report"));
      CHECK(txn.references_to("a")->front().user == "report");
      CHECK(code_of(txn.destroy_all("a")) == ErrorCode::in_use);
      CHECK(code_of(txn.add_reference("b", 0, "report")) == ErrorCode::not_found);
      CHECK(code_of(txn.remove_reference("a", 1, "other")) == ErrorCode::not_found);
      return fail ? Result<void>(Error(ErrorCode::conflict, "no")) : Result<void>();
    });
  };
  CHECK_FALSE(both(true).ok());
  CHECK(code_of(store.references_to("a")) == ErrorCode::not_found);
  REQUIRE(both(false).ok());
  CHECK(store.references_to("a")->size() == 1);
  REQUIRE(store
              .transaction([](Transaction& txn) -> Result<void> {
                COFFER_TRY(txn.remove_reference("a", 1, "report"));
                return txn.destroy_all("a");
              })
              .ok());
  CHECK(store.references_to("a")->empty());
  require_sound(store);
}

TEST_CASE("after erase a new secret of that name starts at 1 with no metadata") {
  ScratchStore scratch;
  Store store = scratch.open();
  put_eventful(scratch, store, "a");
  const auto receipt = store.erase("a");
  REQUIRE(receipt.ok());
  CHECK(receipt->destroyed.size() == 3);
  CHECK(receipt->epoch_after == receipt->epoch_before + 1);
  CHECK(code_of(store.metadata("a")) == ErrorCode::not_found);
  CHECK(code_of(store.erase("a")) == ErrorCode::not_found);
  CHECK(store.list("", {.state = ListState::all}).value().empty());
  scratch.clock.turn(120'000);
  CHECK(store.sweep()->swept.empty());
  CHECK(store.put("a", text("new"))->version == 1);
  CHECK(store.metadata("a")->owner.empty());
  REQUIRE(store.put_metadata("named", {.owner = "me"}).ok());
  const auto nothing = store.erase("named");
  REQUIRE(nothing.ok());
  CHECK(nothing->destroyed.empty());
  CHECK(nothing->epoch_after == nothing->epoch_before);
  require_sound(store);
}

}  // namespace coffer::test::transaction_test
