// The audit log through a Store: what is recorded, of whom, and what is not.
#include <coffer/store.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/scratch.h"

namespace audit_test {

namespace {

using namespace coffer;
using test::ScratchStore;

Value text(std::string_view value) { return Value::opaque(value); }

std::vector<AuditRecord> records_of(Store& store, const AuditFilter& filter = {}) {
  auto records = store.audit().list(filter);
  INFO((records ? "" : describe(records.error())));
  REQUIRE(records.ok());
  return std::move(*records);
}

// "put a 1, trim a 0": the items of a record in one line.
std::string items_of(const AuditRecord& record) {
  std::string line;
  for (const AuditItem& item : record.items) {
    if (!line.empty()) line += ", ";
    line += item.action + " " + item.path + " " + std::to_string(item.version);
  }
  return line;
}

std::string last_items(Store& store) { return items_of(records_of(store).back()); }

void require_whole(Store& store) {
  const auto report = store.audit().verify();
  REQUIRE(report.ok());
  CHECK(report->problem.empty());
  const auto verified = store.verify();
  REQUIRE(verified.ok());
  CHECK(verified->problems.empty());
}

constexpr std::string_view kSpec =
    R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})";

}  // namespace

TEST_CASE("a new store has no records, and a whole chain") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(records_of(store).empty());
  const auto report = store.audit().verify();
  REQUIRE(report.ok());
  CHECK((report->records == 0 && report->first == 0 && report->last == 0));
  CHECK(report->problem.empty());
}

TEST_CASE("a put is recorded: who, when, what, which version") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("team/db", text("v")).ok());
  const auto records = records_of(store);
  REQUIRE(records.size() == 1);
  const AuditRecord& record = records.front();
  CHECK(record.number == 1);
  CHECK(record.sequence == store.status()->sequence);
  CHECK(record.at_ms == scratch.clock.now_ms());
  CHECK(record.uid == getuid());
  CHECK(record.pid == static_cast<std::uint32_t>(getpid()));
  CHECK(record.program == "unit.api");
  CHECK((record.actor.empty() && record.reason.empty() && record.correlation.empty()));
  CHECK(record.allowed);
  CHECK(items_of(record) == "put team/db 1");
  require_whole(store);
}

TEST_CASE("each operation leaves its own word") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < 11; ++i) REQUIRE(store.put("a", text("v")).ok());
  CHECK(last_items(store) == "trim a 1, put a 11");
  REQUIRE(store.soft_delete("a", {3, 4}).ok());
  CHECK(last_items(store) == "delete a 3, delete a 4");
  REQUIRE(store.undelete("a", {4}).ok());
  CHECK(last_items(store) == "undelete a 4");
  REQUIRE(store.destroy("a", {5}).ok());
  CHECK(last_items(store) == "destroy a 5");
  REQUIRE(store.put("b", text("v"), {.ttl_ms = 1000}).ok());
  scratch.clock.turn(2000);
  REQUIRE(store.sweep().ok());
  CHECK(last_items(store) == "expire b 1");
  REQUIRE(create_key_file(scratch.directory.in("second.key")).ok());
  const int slot = store.keys().add(KeySource::file(scratch.directory.in("second.key"))).value();
  CHECK(last_items(store) == "key.add " + std::to_string(slot) + " 0");
  REQUIRE(store.keys().remove(slot).ok());
  CHECK(last_items(store) == "key.remove " + std::to_string(slot) + " 0");
  require_whole(store);
}

TEST_CASE("what changes nothing leaves no record") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v"), {.ttl_ms = 1000}).ok());
  REQUIRE(store.put("b", text("v")).ok());
  REQUIRE(store.soft_delete("b").ok());
  const std::size_t before = records_of(store).size();
  REQUIRE(store.soft_delete("b").ok());
  REQUIRE(store.list("").ok());
  REQUIRE(store.status().ok());
  scratch.clock.turn(2000);
  CHECK_FALSE(store.get("a").ok());  // Its expiry is written down, which is no change.
  REQUIRE(store.sweep({.dry_run = true}).ok());
  CHECK(records_of(store).size() == before);
}

TEST_CASE("a config's record names it and its secrets") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.configs().put("source-1", kSpec, R"({"key":"one"})").ok());
  auto record = records_of(store).back();
  REQUIRE(record.items.size() == 2);
  CHECK(record.items[0].action == "put");
  CHECK(record.items[0].path.starts_with("airbyte_workspace_"));
  CHECK(record.items[0].version == 1);
  const std::string base = record.items[0].path;
  CHECK((record.items[1].action == "config.put" && record.items[1].path == "source-1"));
  REQUIRE(store.configs().put("source-1", kSpec, R"({"key":"two"})").ok());
  CHECK(last_items(store) == "put " + base + " 2, destroy " + base + " 1, config.put source-1 2");
  REQUIRE(store.configs().check(kSpec, R"({"key":"three"})", {.id = "source-1"}).ok());
  record = records_of(store).back();
  CHECK((record.items.back().action == "config.check" && record.items.back().path == "source-1"));
  REQUIRE(store.configs().remove("source-1").ok());
  record = records_of(store).back();
  CHECK(items_of(record) ==
        "destroy " + base + " 2, erase " + base + " 0, config.delete source-1 2");
  require_whole(store);
}

TEST_CASE("what was refused is recorded, and changed nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  const std::uint64_t version = store.history("a")->current_version;
  struct Case {
    ErrorCode code;
    std::string items;
    std::function<ErrorCode()> act;
  };
  const std::string large((std::size_t{1} << 20) + 1, 'x');
  const std::vector<Case> cases = {
      {ErrorCode::conflict, "put a 0",
       [&] { return store.put("a", text("w"), {.cas = 7}).error().code(); }},
      {ErrorCode::limit, "put a 0", [&] { return store.put("a", text(large)).error().code(); }},
      {ErrorCode::not_found, "delete none 0",
       [&] { return store.soft_delete("none").error().code(); }},
      {ErrorCode::usage, "delete a 0", [&] { return store.soft_delete("a", {0}).error().code(); }},
      {ErrorCode::not_found, "destroy none 1",
       [&] { return store.destroy("none", {1}).error().code(); }},
      {ErrorCode::usage, "config.put c 0",
       [&] { return store.configs().put("c", kSpec, R"({"key":"**********"})").error().code(); }},
      {ErrorCode::not_found, "config.delete c 0",
       [&] { return store.configs().remove("c").error().code(); }},
      {ErrorCode::not_found, "key.remove 5 0",
       [&] { return store.keys().remove(5).error().code(); }},
      {ErrorCode::in_use, "key.remove 1 0", [&] { return store.keys().remove(1).error().code(); }},
  };
  for (const Case& each : cases) {
    INFO(each.items);
    const std::size_t before = records_of(store).size();
    CHECK(each.act() == each.code);
    const auto records = records_of(store);
    REQUIRE(records.size() == before + 1);
    CHECK_FALSE(records.back().allowed);
    CHECK(records.back().code == each.code);
    CHECK(items_of(records.back()) == each.items);
  }
  CHECK(store.history("a")->current_version == version);
  CHECK(records_of(store, {.outcome = AuditFilter::Outcome::allowed}).size() == 1);
  require_whole(store);
}

TEST_CASE("a name that nothing can have is not repeated: its refusal writes little") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::vector<std::string> names = {"a\nb", std::string(std::size_t{1} << 20, 'a'), "\xFF"};
  for (const std::string& name : names) CHECK_FALSE(store.put(name, text("v")).ok());
  const auto records = records_of(store);
  REQUIRE(records.size() == names.size());
  for (const AuditRecord& record : records) {
    CHECK_FALSE(record.allowed);
    CHECK(items_of(record) == "put  0");
  }
  require_whole(store);
}

TEST_CASE("an actor is told with what is done in its name, and with nothing else") {
  ScratchStore scratch;
  OpenOptions options;
  options.clock = &scratch.clock;
  options.actor = {"deployer", "rollout 7", "req-1"};
  auto opened = Store::open(scratch.path(), scratch.key(), options);
  REQUIRE(opened.ok());
  Store& store = *opened;
  REQUIRE(store.put("a", text("v")).ok());
  {
    Store other = store.as({.actor = "alice", .reason = "", .correlation = "req-2"}).value();
    REQUIRE(other.put("b", text("v")).ok());
    CHECK_FALSE(other.put("b", text("v"), {.cas = 0}).ok());
    REQUIRE(other.configs().put("c", kSpec, R"({"key":"one"})").ok());
  }
  REQUIRE(store.put("a", text("v")).ok());
  const auto records = records_of(store);
  REQUIRE(records.size() == 5);
  CHECK(records[0].actor == "deployer");
  CHECK(records[0].reason == "rollout 7");
  CHECK(records[0].correlation == "req-1");
  for (int i = 1; i <= 3; ++i) {
    INFO(i);
    CHECK(records[i].actor == "alice");
    CHECK(records[i].reason.empty());
    CHECK(records[i].correlation == "req-2");
  }
  CHECK_FALSE(records[2].allowed);
  CHECK(records[4].actor == "deployer");
}

TEST_CASE("an actor that is too long or no text is refused") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string long_name(257, 'a');
  CHECK(store.as({.actor = long_name}).error().code() == ErrorCode::limit);
  CHECK(store.as({.correlation = long_name}).error().code() == ErrorCode::limit);
  CHECK(store.as({.reason = std::string(1025, 'a')}).error().code() == ErrorCode::limit);
  CHECK(store.as({.actor = "a\nb"}).error().code() == ErrorCode::usage);
  CHECK(store.as({.reason = "\xFF"}).error().code() == ErrorCode::usage);
  Store longest =
      store.as({long_name.substr(1), std::string(1024, 'r'), std::string(256, 'c')}).value();
  REQUIRE(longest.put("a", text("v")).ok());
  CHECK(records_of(store).back().reason.size() == 1024);
  OpenOptions options;
  options.actor.actor = "\x1b[31m";
  CHECK(Store::open(scratch.path(), scratch.key(), options).error().code() == ErrorCode::usage);
}

TEST_CASE("filters choose records, limits choose which of them") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::int64_t start = scratch.clock.now_ms();
  for (const char* path : {"a", "a/b", "ab", "a/b/c"}) {
    REQUIRE(store.as({.actor = path}).value().put(path, text("v")).ok());
    scratch.clock.turn(1000);
  }
  REQUIRE(store.soft_delete("a").ok());
  CHECK_FALSE(store.put("a", text("v"), {.cas = 9}).ok());
  const auto count = [&](const AuditFilter& filter) { return records_of(store, filter).size(); };
  CHECK(count({}) == 6);
  CHECK(count({.path = "a"}) == 3);
  CHECK(count({.prefix = "a"}) == 5);
  CHECK(count({.prefix = "a/b/"}) == 2);
  CHECK(count({.action = "delete"}) == 1);
  CHECK(count({.path = "ab", .action = "delete"}) == 0);
  CHECK(count({.actor = "a/b"}) == 1);
  CHECK(count({.since_ms = start + 1000}) == 5);
  CHECK(count({.until_ms = start + 1000}) == 1);
  CHECK(count({.since_ms = start + 1000, .until_ms = start + 2000}) == 1);
  CHECK(count({.outcome = AuditFilter::Outcome::refused}) == 1);
  CHECK(count({.after_number = 4}) == 2);
  CHECK(count({.after_number = 4000}) == 0);
  auto some = records_of(store, {.limit = 2});
  REQUIRE(some.size() == 2);
  CHECK((some[0].number == 1 && some[1].number == 2));
  some = records_of(store, {.limit = 2, .newest = true});
  REQUIRE(some.size() == 2);
  CHECK((some[0].number == 5 && some[1].number == 6));
  CHECK(store.audit().list({.action = "puts"}).error().code() == ErrorCode::usage);
}

TEST_CASE("what retention removes is stood for by a checkpoint") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (int i = 0; i < 20; ++i) {
    REQUIRE(store.put("a", text("v")).ok());
    scratch.clock.turn(1000);
  }
  auto report = store.audit().prune({.keep_records = 15});
  REQUIRE(report.ok());
  CHECK((report->removed == 5 && report->first_kept == 6));
  CHECK(records_of(store).front().number == 6);
  CHECK(last_items(store) == "audit.prune  5");
  require_whole(store);
  // Of the times: record 11 was written ten seconds after the first.
  report = store.audit().prune({.before_ms = scratch.clock.now_ms() - 10'000});
  REQUIRE(report.ok());
  CHECK((report->removed == 5 && report->first_kept == 11));
  require_whole(store);
  report = store.audit().prune({.keep_records = 1000});
  REQUIRE(report.ok());
  CHECK((report->removed == 0 && report->first_kept == 11));
  report = store.audit().prune({.keep_records = 0});
  REQUIRE(report.ok());
  CHECK(records_of(store).size() == 1);
  CHECK(last_items(store) == "audit.prune  22");
  const auto whole = store.audit().verify();
  REQUIRE(whole.ok());
  CHECK((whole->first == 23 && whole->last == 23 && whole->records == 1));
  REQUIRE(store.put("a", text("v")).ok());
  require_whole(store);
}

TEST_CASE("what is to be pruned is said in one way") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(store.audit().prune({}).error().code() == ErrorCode::usage);
  CHECK(store.audit().prune({.before_ms = 1, .keep_records = 1}).error().code() ==
        ErrorCode::usage);
}

TEST_CASE("two handles, and another that opens later, go on with one chain") {
  ScratchStore scratch;
  Store one = scratch.open();
  Store two = scratch.open();
  for (int i = 0; i < 5; ++i) {
    REQUIRE(one.put("a", text("v")).ok());
    REQUIRE(two.put("b", text("v")).ok());
  }
  CHECK(records_of(one).size() == 10);
  Store three = scratch.open();
  CHECK(records_of(three).size() == 10);
  require_whole(three);
}

}  // namespace audit_test
