// coffer::Store, case by case: stores made and opened, names, values, handles.
#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <limits>
#include <utility>

#include "tests/store_cases.h"

namespace coffer::test::store_test {
namespace {

PutOptions custom(std::map<std::string, std::string> entries) {
  PutOptions options;
  options.metadata.custom = std::move(entries);
  return options;
}

}  // namespace

// --- making and opening ---

TEST_CASE("a store is not made over anything, and what is no store does not open") {
  ScratchStore scratch;
  CHECK(code_of(Store::create(scratch.path(), {scratch.key()})) == ErrorCode::no_store);
  CHECK(code_of(Store::create(scratch.directory.in("other"), {})) == ErrorCode::usage);
  CHECK_FALSE(std::filesystem::exists(scratch.directory.in("other")));
  std::filesystem::create_directory(scratch.directory.in("full"));
  write_whole_file(scratch.directory.in("full/file"), as_bytes("x"));
  CHECK(code_of(Store::create(scratch.directory.in("full"), {scratch.key()})) ==
        ErrorCode::no_store);
  std::filesystem::create_directory(scratch.directory.in("empty"));
  std::filesystem::permissions(scratch.directory.in("empty"), std::filesystem::perms::owner_all);
  CHECK(code_of(Store::open(scratch.directory.in("empty"), scratch.key())) == ErrorCode::no_store);
  CHECK(code_of(Store::open(scratch.directory.in("none"), scratch.key())) == ErrorCode::no_store);
  CHECK(Store::create(scratch.directory.in("empty"), {scratch.key()}).ok());
  CHECK(Store::open(scratch.directory.in("empty"), scratch.key()).ok());
  for (const auto& entry : std::filesystem::directory_iterator(scratch.directory.path()))
    CHECK_FALSE(entry.path().filename().string().starts_with(".coffer-new-"));
}

TEST_CASE("a value that was just made is put as it is, or why it could not be made is the answer") {
  ScratchStore scratch;
  auto store = Store::open(scratch.path(), scratch.key());
  REQUIRE(store.ok());
  const auto first =
      store->put("ingestion/my-job", Value::fields({{"redshift-user", "foo"}}), {.cas = 0});
  REQUIRE(first.ok());
  CHECK(first->version == 1);
  CHECK(store->get("ingestion/my-job")->value.text() == R"({"redshift-user":"foo"})");
  CHECK(code_of(store->put("ingestion/my-job", Value::json("{"))) == ErrorCode::usage);
  CHECK(store->history("ingestion/my-job")->current_version == 1);
  const auto report = store->transaction([](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.put("a", Value::json("1")));
    COFFER_TRY(txn.put("b", Value::fields({{"k", "1"}, {"k", "2"}})));
    return {};
  });
  CHECK(code_of(report) == ErrorCode::usage);
  CHECK(code_of(store->get("a")) == ErrorCode::not_found);
}

TEST_CASE("settings outside the format's limits make no store") {
  ScratchDirectory directory;
  REQUIRE(create_key_file(directory.in("key")).ok());
  const KeySource key = KeySource::file(directory.in("key"));
  for (const std::uint64_t bytes : {std::uint64_t{0}, (std::uint64_t{16} << 20) + 1}) {
    CHECK(code_of(Store::create(directory.in("store"), {key}, {.value_bytes_max = bytes})) ==
          ErrorCode::limit);
    CHECK_FALSE(std::filesystem::exists(directory.in("store")));
  }
}

TEST_CASE("another key does not open a store") {
  ScratchStore scratch;
  REQUIRE(create_key_file(scratch.directory.in("other.key")).ok());
  CHECK(code_of(Store::open(scratch.path(), KeySource::file(scratch.directory.in("other.key")))) ==
        ErrorCode::wrong_key);
  CHECK(code_of(Store::open(scratch.path(), KeySource::file(scratch.directory.in("none.key")))) ==
        ErrorCode::key_unavailable);
  // With none given, those that the slots name are tried.
  CHECK(Store::open(scratch.path(), std::vector<KeySource>{}).ok());
}

// --- names ---

TEST_CASE("a name that is none is refused by every call and changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string before = state_of(store);
  for (const std::string& path :
       {std::string(""), std::string("/a"), std::string("a/"), std::string("a//b"),
        std::string("a/../b"), std::string("."), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\xFF"), std::string("\xC2\x85")}) {
    INFO(path);
    CHECK(code_of(store.put(path, text("v"))) == ErrorCode::usage);
    CHECK(code_of(store.get(path)) == ErrorCode::usage);
    CHECK(code_of(store.history(path)) == ErrorCode::usage);
    CHECK(code_of(store.metadata(path)) == ErrorCode::usage);
    CHECK(code_of(store.soft_delete(path)) == ErrorCode::usage);
    CHECK(code_of(store.undelete(path, {1})) == ErrorCode::usage);
    CHECK(code_of(store.destroy(path, {1})) == ErrorCode::usage);
    CHECK(code_of(store.destroy_all(path)) == ErrorCode::usage);
    CHECK(code_of(store.references_to(path)) == ErrorCode::usage);
  }
  CHECK(state_of(store) == before);
}

TEST_CASE("a path of 1,024 bytes is a name, one of 1,025 is not") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string longest(1024, 'p');
  std::string deepest = "d";
  while (deepest.size() < 1023) deepest += "/d";
  for (const std::string& path : {longest, deepest}) {
    REQUIRE(store.put(path, text("v")).ok());
    CHECK(store.get(path)->value.text() == "v");
    CHECK(code_of(store.put(path + "pp", text("v"))) == ErrorCode::limit);
    CHECK(code_of(store.get(path + "pp")) == ErrorCode::limit);
  }
  CHECK(store.list("", {.recursive = true}).value() == std::vector<std::string>{deepest, longest});
  require_sound(store);
}

// --- values ---

TEST_CASE("a value of exactly the limit is kept, one byte more changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::size_t limit = std::size_t{1} << 20;
  std::string largest(limit, '\0');
  for (std::size_t i = 0; i < limit; ++i) largest[i] = static_cast<char>(i * 31 % 251);
  REQUIRE(store.put("large", text(largest)).ok());
  CHECK(store.get("large")->value.text() == largest);
  const std::size_t before = changes_of(store);
  const auto refused = store.put("large", text(largest + "x"));
  CHECK(code_of(refused) == ErrorCode::limit);
  CHECK(refused.error().number() == limit);
  CHECK(refused.error().actual() == limit + 1);
  CHECK(code_of(store.put("new", text(largest + "x"))) == ErrorCode::limit);
  CHECK(changes_of(store) == before);
  CHECK(store.history("large")->current_version == 1);
  CHECK(code_of(store.get("new")) == ErrorCode::not_found);
}

TEST_CASE("a store's own value limit holds, up to the format's ceiling") {
  ScratchStore scratch({.value_bytes_max = 100});
  Store store = scratch.open();
  CHECK(store.put("a", text(std::string(100, 'x'))).ok());
  CHECK(code_of(store.put("a", text(std::string(101, 'x')))) == ErrorCode::limit);

  ScratchStore large({.value_bytes_max = std::uint64_t{16} << 20});
  Store large_store = large.open();
  const std::string most(std::size_t{16} << 20, 'm');
  REQUIRE(large_store.put("a", text(most)).ok());
  CHECK(large_store.get("a")->value.text() == most);
}

TEST_CASE("an empty value and JSON come back to the byte, with their form") {
  for (const ValueCipher cipher : {ValueCipher::chacha20_poly1305, ValueCipher::aes_256_gcm}) {
    ScratchStore scratch({.cipher = cipher});
    Store store = scratch.open();
    const std::string json = "{ \"z\":1.50 ,\n\"a\": [9007199254740993, null]}";
    REQUIRE(store.put("empty", text("")).ok());
    REQUIRE(store.put("json", Value::json(json).value()).ok());
    CHECK(store.get("empty")->value.text().empty());
    CHECK_FALSE(store.get("empty")->value.is_json());
    CHECK(store.get("json")->value.text() == json);
    CHECK(store.get("json")->value.is_json());
    CHECK(store.get("json")->value.field("z")->text() == "1.50");
  }
}

TEST_CASE("custom metadata keeps to its limits, and one entry too many changes nothing") {
  ScratchStore scratch;
  Store store = scratch.open();
  std::map<std::string, std::string> most;
  for (int i = 0; i < 64; ++i)
    most[std::string(126, 'k') + std::to_string(10 + i)] = std::string(512, 'v');
  REQUIRE(store.put("a", text("v"), custom(most)).ok());
  CHECK(store.metadata("a")->custom == most);
  auto more = most;
  more["one"] = "more";
  using Custom = std::map<std::string, std::string>;
  for (const Custom& entries :
       {more, Custom{{"", "v"}}, Custom{{"k", ""}}, Custom{{std::string(129, 'k'), "v"}},
        Custom{{"k", std::string(513, 'v')}}}) {
    CHECK(code_of(store.put("a", text("w"), custom(entries))) == ErrorCode::limit);
    CHECK(code_of(store.put("b", text("w"), custom(entries))) == ErrorCode::limit);
  }
  CHECK(store.history("a")->current_version == 1);
  CHECK(store.metadata("a")->custom == most);
  CHECK(code_of(store.metadata("b")) == ErrorCode::not_found);
  // Replaced as a whole; left as it is where none is given.
  REQUIRE(store.put("a", text("w")).ok());
  CHECK(store.metadata("a")->custom == most);
  REQUIRE(store.put("a", text("w"), custom(Custom{{"x", "y"}})).ok());
  CHECK(store.metadata("a")->custom == Custom{{"x", "y"}});
  REQUIRE(store.put("a", text("w"), custom(Custom{})).ok());
  CHECK(store.metadata("a")->custom.empty());
  require_sound(store);
}

// --- names below a folder ---

TEST_CASE("names are listed in byte order, folders end in a slash, states are told apart") {
  ScratchStore scratch;
  Store store = scratch.open();
  for (const char* path : {"b", "a", "a/b", "a/b/c", "a!", "A", "é", "a b", "z/deleted", "y/old"})
    put_times(store, path, 1);
  REQUIRE(store.put("x/gone", text("v"), ttl(10)).ok());
  REQUIRE(store.soft_delete("z/deleted").ok());
  REQUIRE(store.destroy_all("y/old").ok());
  scratch.clock.turn(10);
  using Names = std::vector<std::string>;
  CHECK(store.list("").value() == Names{"A", "a", "a b", "a!", "a/", "b", "y/", "z/", "é"});
  CHECK(store.list("a").value() == Names{"b", "b/"});
  CHECK(store.list("a/").value() == Names{"b", "b/"});
  CHECK(store.list("a", {.recursive = true}).value() == Names{"a/b", "a/b/c"});
  CHECK(store.list("b").value().empty());
  CHECK(store.list("none").value().empty());
  CHECK(store.list("", {.recursive = true, .state = ListState::expired}).value() ==
        Names{"x/gone"});
  CHECK(store.list("", {.state = ListState::expired}).value() == Names{"x/"});
  CHECK(store.list("", {.recursive = true, .state = ListState::deleted}).value() ==
        Names{"z/deleted"});
  CHECK(store.list("y", {.state = ListState::live}).value().empty());
  CHECK(store.list("y").value() == Names{"old"});
  CHECK(store.list("", {.recursive = true, .state = ListState::all}).value().size() == 11);
  CHECK(code_of(store.list("a//b")) == ErrorCode::usage);
}

// --- several handles ---

TEST_CASE("two handles of one store see each other's writes and shreddings") {
  ScratchStore scratch;
  Store one = scratch.open();
  Store two = scratch.open();
  put_times(one, "a", 2);
  CHECK(two.get("a")->value.text() == "2");
  REQUIRE(two.destroy("a", {1}).ok());
  CHECK(code_of(one.get("a", 1)) == ErrorCode::destroyed);
  REQUIRE(one.destroy("a", {2}).ok());
  CHECK(code_of(two.get("a")) == ErrorCode::destroyed);
  put_times(two, "a", 1);
  CHECK(one.get("a")->info.version == 3);
  Store moved = std::move(two);
  CHECK(moved.get("a")->info.version == 3);
  require_sound(one);
}

TEST_CASE("keys are added, told, tried and removed, but for the last") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(create_key_file(scratch.directory.in("two.key")).ok());
  const KeySource second = KeySource::file(scratch.directory.in("two.key"));
  CHECK(code_of(store.keys().remove(1)) == ErrorCode::in_use);
  CHECK(store.keys().add(second).value() == 2);
  CHECK(store.status()->slot_count == 2);
  CHECK(store.keys().test(2, second).ok());
  CHECK(code_of(store.keys().test(1, second)) == ErrorCode::wrong_key);
  CHECK(code_of(store.keys().test(3, second)) == ErrorCode::not_found);
  CHECK(code_of(store.keys().remove(3)) == ErrorCode::not_found);
  REQUIRE(store.put("a", text("v")).ok());
  CHECK(Store::open(scratch.path(), second)->get("a").ok());
  REQUIRE(store.keys().remove(1).ok());
  CHECK(code_of(scratch.try_open()) == ErrorCode::wrong_key);
  const auto slots = store.keys().slots().value();
  REQUIRE(slots.size() == 1);
  CHECK(slots.front().slot == 2);
  CHECK(slots.front().provider == "file");
  CHECK(slots.front().uri == second.uri());
  CHECK(store.keys().add(scratch.key()).value() == 3);  // A number is never given out twice.
}

TEST_CASE("a data file from before the last destroy is refused, and so is an older keyring") {
  ScratchStore scratch;
  {
    Store store = scratch.open();
    put_times(store, "a", 2);
  }
  const Bytes old_data = read_whole_file(scratch.file("data.mdb"));
  const Bytes old_keyring = read_whole_file(scratch.file("keyring"));
  { REQUIRE(scratch.open().destroy("a", {1}).ok()); }
  const Bytes new_data = read_whole_file(scratch.file("data.mdb"));
  write_whole_file(scratch.file("data.mdb"), old_data);
  CHECK(code_of(scratch.try_open()) == ErrorCode::rolled_back);
  write_whole_file(scratch.file("data.mdb"), new_data);
  CHECK(scratch.open().get("a")->value.text() == "2");
  write_whole_file(scratch.file("keyring"), old_keyring);
  CHECK(code_of(scratch.try_open()) == ErrorCode::rolled_back);
}

}  // namespace coffer::test::store_test
