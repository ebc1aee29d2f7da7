// Listing by what a secret is: state, metadata, age; and how little of the store it reads.
#include <coffer/configs.h>

#include <catch2/catch.hpp>

#include "tests/scratch.h"
#include "tests/vectors/open_tables.h"

namespace coffer::test::listing_test {
namespace {

using Names = std::vector<std::string>;
using Custom = std::map<std::string, std::string>;

constexpr std::int64_t kDay = std::int64_t{24} * 60 * 60 * 1000;

void put(Store& store, const std::string& path, const Custom& custom = {},
         std::int64_t ttl_ms = 0) {
  PutOptions options;
  options.ttl_ms = ttl_ms;
  if (!custom.empty()) options.metadata.custom = custom;
  REQUIRE(store.put(path, Value::opaque("v"), options).ok());
}

Names names(Store& store, const ListOptions& options, const std::string& prefix = "") {
  auto found = store.list(prefix, options);
  REQUIRE(found.ok());
  // find() agrees with list() about everything.
  auto rows = store.find(prefix, options);
  REQUIRE(rows.ok());
  Names paths;
  const std::string folder = options.recursive || prefix.empty() ? "" : prefix + "/";
  for (const std::string& name : *found) paths.push_back(folder + name);
  Names row_paths;
  for (const ListedSecret& row : *rows) row_paths.push_back(row.path);
  CHECK(paths == row_paths);
  return *found;
}

ListOptions all_below() { return {.recursive = true}; }

}  // namespace

TEST_CASE("a listing is narrowed by custom metadata, all of several, folders too") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "a/one", {{"stage", "prod"}, {"team", "x"}});
  put(store, "a/two", {{"stage", "prod"}});
  put(store, "b/three", {{"stage", "test"}});
  put(store, "four");
  ListOptions prod;
  prod.custom = {{"stage", "prod"}};
  CHECK(names(store, prod) == Names{"a/"});
  CHECK(names(store, prod, "a") == Names{"one", "two"});
  prod.custom["team"] = "x";
  CHECK(names(store, prod, "a") == Names{"one"});
  prod.recursive = true;
  CHECK(names(store, prod) == Names{"a/one"});
  prod.custom["team"] = "y";
  CHECK(names(store, prod).empty());
}

TEST_CASE("a listing is narrowed by the age of the last update") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "old");
  scratch.clock.turn(kDay);
  put(store, "new");
  ListOptions older = all_below();
  older.older_than_ms = kDay;
  ListOptions newer = all_below();
  newer.newer_than_ms = kDay;
  CHECK(names(store, older) == Names{"old"});
  CHECK(names(store, newer) == Names{"new"});
  put(store, "old");
  CHECK(names(store, older).empty());
  CHECK(names(store, newer) == Names{"new", "old"});
  scratch.clock.turn(kDay - 1);
  CHECK(names(store, older).empty());
  scratch.clock.turn(1);
  CHECK(names(store, older) == Names{"new", "old"});
}

TEST_CASE("find tells state, newest version and metadata, of every state on demand") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "a/live", {{"k", "v"}});
  put(store, "a/live");
  put(store, "a/deleted");
  REQUIRE(store.soft_delete("a/deleted").ok());
  put(store, "a/brief", {}, 1000);
  put(store, "a/gone");
  REQUIRE(store.destroy("a/gone", {1}).ok());
  const std::int64_t put_at = scratch.clock.now_ms();
  scratch.clock.turn(1000);
  const auto state_of = [&](const std::string& path) {
    const auto found = store.find("a", {.state = ListState::all});
    for (const ListedSecret& each : *found)
      if (each.path == path) return each.state;
    FAIL("not listed: " << path);
    return SecretState::empty;
  };
  CHECK(state_of("a/live") == SecretState::live);
  CHECK(state_of("a/deleted") == SecretState::deleted);
  CHECK(state_of("a/brief") == SecretState::expired);
  CHECK(state_of("a/gone") == SecretState::destroyed);
  CHECK(names(store, all_below()) == Names{"a/deleted", "a/gone", "a/live"});
  CHECK(names(store, {.state = ListState::expired}, "a") == Names{"brief"});
  CHECK(names(store, {.state = ListState::expired}) == Names{"a/"});

  const auto top = store.find("").value();
  REQUIRE(top.size() == 1);
  CHECK(top[0].path == "a/");
  CHECK(top[0].folder);
  const auto live = store.find("a/", {.state = ListState::live}).value();
  REQUIRE(live.size() == 1);
  CHECK_FALSE(live[0].folder);
  CHECK(live[0].newest.version == 2);
  CHECK(live[0].metadata.custom == Custom{{"k", "v"}});
  CHECK(live[0].metadata.created_at_ms == put_at);
  CHECK(live[0].metadata.updated_at_ms == put_at);
}

TEST_CASE("a transaction finds by filters, and what it has written itself") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "a/old", {{"stage", "prod"}});
  const auto report = store.transaction([](Transaction& txn) -> Result<void> {
    PutOptions options;
    options.metadata.custom = Custom{{"stage", "prod"}};
    COFFER_TRY(txn.put("a/new", Value::opaque("v"), options));
    COFFER_TRY(txn.put("a/other", Value::opaque("v")));
    ListOptions prod;
    prod.custom = {{"stage", "prod"}};
    const auto found = COFFER_TRY(txn.find("a", prod));
    REQUIRE(found.size() == 2);
    CHECK((found[0].path == "a/new" && found[1].path == "a/old"));
    CHECK(found[0].metadata.custom == Custom{{"stage", "prod"}});
    CHECK(txn.list("a", prod).value() == Names{"new", "old"});
    CHECK(txn.find("a//b").error().code() == ErrorCode::usage);
    return {};
  });
  CHECK(report.ok());
}

TEST_CASE("find works in a snapshot, and refuses what is no folder") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "a");
  const Snapshot all = store.snapshot().value();
  put(store, "b");
  CHECK(all.find("")->size() == 1);
  CHECK(store.find("")->size() == 2);
  CHECK(store.find("a//b").error().code() == ErrorCode::usage);
  CHECK(all.find("/").value().size() == 1);
  CHECK(store.find("none").value().empty());
}

TEST_CASE("a folder of folders is listed without reading all that is below") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    for (int i = 0; i < 40; ++i) put(store, "f" + std::to_string(i % 4) + "/s" + std::to_string(i));
  }
  // Of each folder's names all but the first are made unreadable: who looks at one is told.
  {
    const words::Tables tables(scratch.path());
    std::map<Bytes, std::vector<Bytes>> folders;
    for (const auto& [key, value] : tables.rows(storage::Table::names))
      folders[Bytes(key.begin(), key.begin() + 16)].push_back(key);
    REQUIRE(folders.size() == 5);
    for (const auto& [folder, children] : folders) {
      const bool is_root = children.size() == 4;
      for (std::size_t i = is_root ? children.size() : 1; i < children.size(); ++i)
        tables.put(storage::Table::names, children[i], Bytes(60, 0x5a));
    }
  }
  Store store = scratch.open();
  CHECK(names(store, {}) == Names{"f0/", "f1/", "f2/", "f3/"});
  CHECK(store.list("", all_below()).error().code() == ErrorCode::corrupt);
  CHECK(store.list("f0").error().code() == ErrorCode::corrupt);
}

TEST_CASE("a listing is narrowed to secrets of configs, or to all others, and to a workspace") {
  ScratchStore scratch;
  Store store = scratch.open();
  put(store, "mine");
  put(store, "airbyte_workspace_11111111-2222-4333-8444-555555555555_secret_of_my_own");
  constexpr char kSpec[] = R"({"properties":{"a":{"airbyte_secret":true}}})";
  constexpr char kOne[] = "11111111-2222-4333-8444-555555555555";
  constexpr char kTwo[] = "11111111-2222-4333-8444-666666666666";
  REQUIRE(store.configs().put("c", kSpec, R"({"a":"x"})", {.workspace = kOne}).ok());
  REQUIRE(store.configs().put("d", kSpec, R"({"a":"y"})", {.workspace = kTwo}).ok());
  CHECK(names(store, {}).size() == 4);
  CHECK(names(store, {.managed = false}).size() == 2);
  CHECK(names(store, {.managed = true}).size() == 2);
  const Names one = names(store, {.workspace = kOne});
  REQUIRE(one.size() == 1);
  CHECK(one[0].starts_with("airbyte_workspace_" + std::string(kOne) + "_secret_"));
  CHECK(names(store, {.workspace = kTwo}) != one);
  CHECK(names(store, {.managed = false, .workspace = kOne}).empty());
  CHECK(names(store, {.workspace = std::string(kNilWorkspace)}).empty());
}

}  // namespace coffer::test::listing_test
