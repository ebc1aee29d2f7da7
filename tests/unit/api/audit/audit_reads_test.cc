// Reads in the audit log: before the value is handed out, or not at all. And what a sweep
// removes of the log by the store's settings.
#include <coffer/store.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/scratch.h"

namespace audit_reads_test {

namespace {

using namespace coffer;
using test::ScratchStore;

Value text(std::string_view value) { return Value::opaque(value); }

void set(Store& store, const std::function<void(StoreSettings&)>& change) {
  StoreSettings settings = store.settings().value();
  change(settings);
  REQUIRE(store.put_settings(settings).ok());
}
void audit_reads(Store& store, bool on) {
  set(store, [on](StoreSettings& settings) { settings.audit_reads = on; });
}

std::vector<AuditRecord> reads_of(Store& store) {
  return store.audit().list({.action = "read"}).value();
}

constexpr std::string_view kSpec =
    R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})";

// While it lives no file can grow.
class NoRoom {
 public:
  NoRoom() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{4096, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoRoom() { setrlimit(RLIMIT_FSIZE, &before_); }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("reads are recorded where the settings say so, and only there") {
  ScratchStore scratch;
  Store store = scratch.open();
  Store other = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  REQUIRE(store.get("a").ok());
  CHECK(reads_of(store).empty());
  audit_reads(store, true);
  Store alice = other.as({.actor = "alice"}).value();
  REQUIRE(alice.get("a").ok());  // A handle from before the setting, too.
  auto reads = reads_of(store);
  REQUIRE(reads.size() == 1);
  CHECK(reads[0].actor == "alice");
  CHECK(reads[0].allowed);
  REQUIRE(reads[0].items.size() == 1);
  CHECK((reads[0].items[0].path == "a" && reads[0].items[0].version == 1));
  CHECK(store.get("none").error().code() == ErrorCode::not_found);
  reads = reads_of(store);
  REQUIRE(reads.size() == 2);
  CHECK_FALSE(reads[1].allowed);
  CHECK(reads[1].code == ErrorCode::not_found);
  REQUIRE(store.history("a").ok());
  REQUIRE(store.metadata("a").ok());
  REQUIRE(store.list("").ok());
  CHECK(reads_of(store).size() == 2);
  audit_reads(store, false);
  REQUIRE(store.get("a").ok());
  CHECK(reads_of(store).size() == 2);
  CHECK(store.audit().verify()->problem.empty());
}

TEST_CASE("hydrate, snapshots and transactions leave their reads too") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  REQUIRE(store.configs().put("c", kSpec, R"({"key":"one"})").ok());
  audit_reads(store, true);
  REQUIRE(store.configs().get("c", ConfigForm::revealed).ok());
  auto reads = reads_of(store);
  REQUIRE(reads.size() == 1);
  CHECK(reads.back().items.at(0).path.starts_with("airbyte_workspace_"));
  const auto snapshot = store.snapshot();
  REQUIRE(snapshot.ok());
  REQUIRE(snapshot->get("a").ok());
  CHECK(reads_of(store).size() == 2);
  // A transaction's reads stand in its own record, or, where it came to nothing, in one apart.
  REQUIRE(store
              .transaction([&](Transaction& txn) -> Result<void> {
                if (auto secret = txn.get("a"); !secret) return std::move(secret).error();
                if (auto put = txn.put("b", text("w")); !put) return std::move(put).error();
                return {};
              })
              .ok());
  reads = reads_of(store);
  REQUIRE(reads.size() == 3);
  CHECK(reads.back().items.size() == 2);
  CHECK_FALSE(store
                  .transaction([&](Transaction& txn) -> Result<void> {
                    if (auto secret = txn.get("a"); !secret) return std::move(secret).error();
                    return Error(ErrorCode::declined, "not today");
                  })
                  .ok());
  reads = reads_of(store);
  REQUIRE(reads.size() == 4);
  CHECK(reads.back().items.size() == 1);
  CHECK(store.audit().verify()->problem.empty());
}

TEST_CASE("a read that cannot be recorded is refused") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  REQUIRE(store.configs().put("c", kSpec, R"({"key":"one"})").ok());
  const auto snapshot = store.snapshot();
  REQUIRE(snapshot.ok());
  {
    const NoRoom no_room;
    CHECK(store.get("a").ok());  // Nothing is to be written.
    CHECK(snapshot->get("a").ok());
  }
  audit_reads(store, true);
  {
    const NoRoom no_room;
    CHECK(store.get("a").error().code() == ErrorCode::io);
    CHECK(store.configs().get("c", ConfigForm::revealed).error().code() == ErrorCode::io);
    CHECK_FALSE(snapshot->get("a").ok());  // It was taken before.
    CHECK(store.get("none").error().code() == ErrorCode::not_found);
    CHECK(store.list("").ok());
  }
  CHECK(store.get("a").ok());
  CHECK(store.audit().verify()->problem.empty());
}

TEST_CASE("a sweep leaves of the audit log what the settings keep") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto count = [&] { return store.audit().list().value().size(); };
  for (int i = 0; i < 20; ++i) {
    REQUIRE(store.put("a", text("v")).ok());
    scratch.clock.turn(1000);
  }
  REQUIRE(store.sweep().ok());
  CHECK(count() == 20);
  set(store, [](StoreSettings& settings) { settings.audit_keep_records = 10; });
  REQUIRE(store.sweep({.dry_run = true}).ok());
  CHECK(count() == 21);
  REQUIRE(store.sweep().ok());
  CHECK(count() == 10);
  const std::uint64_t sequence = store.status()->sequence;
  REQUIRE(store.sweep().ok());
  CHECK(store.status()->sequence == sequence);  // Nothing more to do, nothing done.
  set(store, [](StoreSettings& settings) {
    settings.audit_keep_records = 0;
    settings.audit_keep_ms = 5000;
  });
  scratch.clock.turn(5001);
  REQUIRE(store.put("a", text("v")).ok());
  REQUIRE(store.sweep().ok());
  CHECK(count() == 2);  // The put, and the removal.
  CHECK(store.audit().verify()->problem.empty());
  scratch.clock.turn(60'000);
  REQUIRE(store.sweep().ok());
  REQUIRE(store.sweep().ok());
  CHECK(count() == 1);
  StoreSettings settings = store.settings().value();
  settings.audit_keep_ms = -1;
  CHECK(store.put_settings(settings).error().code() == ErrorCode::limit);
}

}  // namespace audit_reads_test
