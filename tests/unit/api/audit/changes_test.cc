// The change feed: everything that happened, in order, from any revision that is still kept.
#include <coffer/store.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/scratch.h"

namespace changes_test {

namespace {

using namespace coffer;
using test::ScratchStore;

Value text(std::string_view value) { return Value::opaque(value); }

ChangeBatch changes_of(Store& store, std::uint64_t after, const ChangeFilter& filter = {},
                       std::size_t limit = 1000) {
  auto batch = store.audit().changes(after, filter, limit);
  INFO((batch ? "" : describe(batch.error())));
  REQUIRE(batch.ok());
  return std::move(*batch);
}

std::string line_of(const Change& change) {
  return change.what + " " + change.path + " " + std::to_string(change.version);
}

std::vector<std::string> lines_of(const ChangeBatch& batch) {
  std::vector<std::string> lines;
  for (const Change& change : batch.changes) lines.push_back(line_of(change));
  return lines;
}

}  // namespace

TEST_CASE("what happened is told in order, with its revision and time") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  scratch.clock.turn(1000);
  REQUIRE(store.put("b/c", text("v")).ok());
  REQUIRE(store.soft_delete("a").ok());
  CHECK_FALSE(store.put("a", text("v"), {.cas = 9}).ok());  // A refusal is no change.
  const ChangeBatch all = changes_of(store, 0);
  CHECK(lines_of(all) == std::vector<std::string>{"put a 1", "put b/c 1", "delete a 1"});
  CHECK_FALSE(all.more);
  CHECK(all.revision == store.status()->sequence);
  CHECK(all.changes[0].revision < all.changes[1].revision);
  CHECK(all.changes[1].at_ms == all.changes[0].at_ms + 1000);
  CHECK(changes_of(store, all.revision).changes.empty());
  CHECK(lines_of(changes_of(store, all.changes[0].revision)) ==
        std::vector<std::string>{"put b/c 1", "delete a 1"});
  CHECK(lines_of(changes_of(store, 0, {.prefix = "b"})) == std::vector<std::string>{"put b/c 1"});
}

TEST_CASE("reads and refusals are told to who asks for them, and change nothing else") {
  ScratchStore scratch;
  Store store = scratch.open();
  StoreSettings settings = store.settings().value();
  settings.audit_reads = true;
  REQUIRE(store.put_settings(settings).ok());
  REQUIRE(store.put("a", text("v")).ok());
  const std::uint64_t before = store.status()->sequence;
  REQUIRE(store.get("a").ok());
  CHECK_FALSE(store.put("a", text("v"), {.cas = 9}).ok());
  CHECK_FALSE(store.keys().remove(7).ok());
  REQUIRE(store.put("b", text("v")).ok());
  using Lines = std::vector<std::string>;
  CHECK(lines_of(changes_of(store, before)) == Lines{"put b 1"});
  CHECK(lines_of(changes_of(store, before, {.reads = true})) == Lines{"read a 1", "put b 1"});
  const ChangeBatch refused = changes_of(store, before, {.refused = true});
  // The slot's number is no path.
  CHECK(lines_of(refused) == Lines{"put a 0", "key.remove  0", "put b 1"});
  CHECK(refused.changes[0].refused_with == ErrorCode::conflict);
  CHECK(refused.changes[1].refused_with == ErrorCode::not_found);
  CHECK_FALSE(refused.changes[2].refused_with.has_value());
  const ChangeFilter below = {.prefix = "a", .reads = true, .refused = true};
  CHECK(lines_of(changes_of(store, before, below)) == Lines{"read a 1", "put a 0"});
}

TEST_CASE("a limit ends a batch with a whole revision, and the next goes on behind it") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int commit = 0; commit < 4; ++commit) {
    REQUIRE(store
                .transaction([&](Transaction& txn) -> Result<void> {
                  for (int i = 0; i < 300; ++i)
                    if (auto put = txn.put("s" + std::to_string(i), text("v")); !put)
                      return std::move(put).error();
                  return {};
                })
                .ok());
  }
  std::size_t told = 0;
  int batches = 0;
  std::uint64_t after = 0;
  for (bool more = true; more; ++batches) {
    const ChangeBatch batch = changes_of(store, after, {}, 100);
    CHECK(batch.changes.size() == 300);
    for (std::size_t i = 0; i < batch.changes.size(); ++i) CHECK(batch.changes[i].index == i);
    told += batch.changes.size();
    after = batch.revision;
    more = batch.more;
  }
  CHECK((told == 1200 && batches == 4));
  // From within a revision, across its records.
  const ChangeBatch first = changes_of(store, 0, {}, 1);
  const ChangeBatch rest =
      changes_of(store, first.changes[0].revision, {.after_index = first.changes[256].index}, 1);
  REQUIRE(rest.changes.size() == 43);
  CHECK(rest.changes.front().index == 257);
  CHECK(rest.changes.front().revision == first.changes[0].revision);
}

TEST_CASE("what retention removed is an error, and what is to come as well") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < 10; ++i) REQUIRE(store.put("a", text("v")).ok());
  const ChangeBatch all = changes_of(store, 0);
  REQUIRE(store.audit().prune({.keep_records = 4}).ok());
  const std::uint64_t last_removed = all.changes[5].revision;
  for (const std::uint64_t after : {std::uint64_t{0}, last_removed - 1}) {
    const auto refused = store.audit().changes(after);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code() == ErrorCode::not_found);
    CHECK(refused.error().number() == last_removed);
  }
  CHECK(changes_of(store, last_removed).changes.size() == 4);
  CHECK(store.audit().changes(last_removed, {.after_index = 0}).error().code() ==
        ErrorCode::not_found);
  const std::uint64_t now = store.status()->sequence;
  CHECK(store.audit().changes(now + 1).error().code() == ErrorCode::rolled_back);
}

TEST_CASE("keys and removals of records are no changes of secrets") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(create_key_file(scratch.directory.in("second.key")).ok());
  REQUIRE(store.keys().add(KeySource::file(scratch.directory.in("second.key"))).ok());
  REQUIRE(store.put("a", text("v")).ok());
  CHECK(lines_of(changes_of(store, 0)) == std::vector<std::string>{"put a 1"});
}

TEST_CASE("what is done to the anchor is no change: its URI is nobody's path") {
  ScratchStore scratch;
  test::ScratchDirectory media;
  const std::string uri = "file://" + media.in("anchor");
  {
    Store store = scratch.open();
    REQUIRE(store.anchor().set(uri).ok());
    REQUIRE(store.put("a", text("v")).ok());
  }
  std::filesystem::remove(media.in("anchor"));
  OpenOptions options;
  options.clock = &scratch.clock;
  options.anchor_doubt = AnchorDoubt::accept;
  REQUIRE(Store::open(scratch.path(), scratch.key(), options).ok());
  std::filesystem::remove(media.in("anchor"));
  options.anchor_doubt = AnchorDoubt::give_up;
  Store store = Store::open(scratch.path(), scratch.key(), options).value();
  REQUIRE(store.anchor().set(uri).ok());
  REQUIRE(store.anchor().remove().ok());
  std::string told;
  const auto records = store.audit().list({});
  for (const AuditRecord& record : records.value())
    for (const AuditItem& item : record.items) told += item.action + "\n";
  for (const char* action : {"anchor.set\n", "anchor.accept\n", "anchor.remove\n"})
    CHECK(told.find(action) != std::string::npos);
  CHECK(lines_of(changes_of(store, 0)) == std::vector<std::string>{"put a 1"});
}

TEST_CASE("a waiter wakes with the next commit, of its own process or another handle") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::uint64_t before = store.status()->sequence;
  CHECK(store.audit().wait(before, 0).value() == before);
  CHECK(store.audit().wait(before, 20).value() == before);
  std::atomic<std::uint64_t> seen{0};
  std::thread waiter([&] { seen = store.audit().wait(before, 60'000).value(); });
  REQUIRE(store.put("a", text("v")).ok());
  waiter.join();
  CHECK(seen > before);
  CHECK(store.audit().wait(before, 60'000).value() == seen);  // Not asleep at all.
}

TEST_CASE("waiters can be woken without a change") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::uint64_t before = store.status()->sequence;
  std::atomic<bool> done{false};
  std::thread waiter([&] {
    CHECK(store.audit().wait(before, 600'000).value() == before);
    done = true;
  });
  while (!done) store.audit().wake();
  waiter.join();
}

TEST_CASE("nothing is lost and nothing told twice to one who follows while others write") {
  ScratchStore scratch;
  Store store = scratch.open();
  constexpr int kWriters = 3;
  constexpr int kPuts = 60;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < kPuts; ++i)
        if (!store.put("w" + std::to_string(w), text("v")).ok()) std::abort();
    });
  std::vector<std::uint64_t> next(kWriters, 1);
  int told = 0;
  std::uint64_t after = 0;
  while (told < kWriters * kPuts) {
    const ChangeBatch batch = changes_of(store, after, {}, 7);
    for (const Change& change : batch.changes) {
      if (change.what != "put") continue;  // Trims by max_versions.
      const std::size_t writer = static_cast<std::size_t>(change.path.back() - '0');
      REQUIRE(change.version == next[writer]++);
      ++told;
    }
    after = batch.revision;
    if (!batch.more) REQUIRE(store.audit().wait(after, 1000).ok());
  }
  for (std::thread& writer : writers) writer.join();
}

}  // namespace changes_test
