// The rules of format/SPEC.md by which records vouch for each other: using a removed or reverted
// record fails at once, not only in verify. Each is tested on a copy of the golden store, or on a
// small one.
#include <coffer/configs.h>
#include <coffer/store.h>

#include <catch2/catch.hpp>

#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"
#include "tests/vectors/walk_by_words.h"

namespace spec_vouched_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;

struct Keys : OpenKeyring {
  explicit Keys(const golden::Copy& copy) : OpenKeyring(copy.keyring(), copy.key_file()) {}
  Bytes secret(std::string_view path) const { return hash_of(path_key, 1, path); }
  Bytes folder(std::string_view path) const { return hash_of(path_key, 16, path); }
  Bytes version(std::string_view path, std::uint64_t number) const {
    return secret(path) + be(~number, 8);
  }
  Bytes head(std::string_view path) const { return version(path, 0); }
};

std::string at_open(const golden::Copy& copy) { return outcome_of(copy.try_open()); }
std::string at_get(const golden::Copy& copy, std::string_view path, std::uint64_t version = 0) {
  return outcome_of(copy.open().get(path, version));
}
std::string at_list(const golden::Copy& copy, std::string_view folder, bool recursive = true) {
  ListOptions options;
  options.recursive = recursive;
  return outcome_of(copy.open().list(folder, options));
}
std::string at_metadata(const golden::Copy& copy, std::string_view path) {
  return outcome_of(copy.open().metadata(path));
}

void take_out(const golden::Copy& copy, Table table, ByteView key) {
  Tables(copy.directory()).remove(table, key);
}
Bytes row_of(const golden::Copy& copy, Table table, ByteView key) {
  return Tables(copy.directory()).get(table, key).value();
}
void put_back(const golden::Copy& copy, Table table, ByteView key, ByteView row) {
  Tables(copy.directory()).put(table, key, row);
}

std::uint64_t transaction_of(const Bytes& file, int page) {
  std::uint64_t number = 0;
  for (int i = 7; i >= 0; --i) number = number << 8 | file[page * 4096U + 144 + i];
  return number;
}

void put_three(const golden::Copy& copy) {
  Store store = copy.open();
  for (const char* value : {"one", "two", "three"})
    REQUIRE(store.put("db/pw", Value::opaque(value)).ok());
}

}  // namespace

TEST_CASE("F-180: a commit that leaves the root as it was is another's") {
  const golden::Copy copy;
  CHECK(at_open(copy) == "ok");
  {
    const Tables tables(copy.directory());
    tables.put_plainly(Table::due, Bytes{1}, Bytes{2});
  }
  CHECK(at_open(copy) == "corrupt");
}

TEST_CASE("F-180, F-181: no bit of a meta page's number takes a commit back unseen") {
  const golden::Copy copy;
  REQUIRE(copy.open().put("newest", Value::opaque("x")).ok());
  const Bytes whole = read_file(copy.data());
  REQUIRE(transaction_of(whole, 0) + transaction_of(whole, 1) > 10);
  for (const std::size_t page : {0U, 1U}) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      INFO("page " << page << ", bit " << bit);
      Bytes file = whole;
      file[page * 4096 + 144 + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      write_file(copy.data(), file);
      CHECK(at_open(copy) == "corrupt");
    }
  }
  write_file(copy.data(), whole);
  CHECK(at_get(copy, "newest") == "ok");
}

TEST_CASE("F-181: a damaged page of the state before the newest is no reason to refuse") {
  const golden::Copy copy;
  REQUIRE(copy.open().put("newest", Value::opaque("x")).ok());
  Bytes file = read_file(copy.data());
  const std::size_t older = transaction_of(file, 0) < transaction_of(file, 1) ? 0 : 1;
  std::uint64_t root[2] = {};
  for (const std::size_t page : {0U, 1U})
    for (int i = 7; i >= 0; --i) root[page] = root[page] << 8 | file[page * 4096 + 128 + i];
  REQUIRE(root[0] != root[1]);
  std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(root[older] * 4096), 4096, 0x5a);
  write_file(copy.data(), file);
  CHECK(at_get(copy, "newest") == "ok");
}

TEST_CASE("F-182, F-183: a folder that lacks a name, or has one too many, is not listed") {
  const golden::Copy copy;
  const Keys keys(copy);
  REQUIRE(copy.open().put("a/b/c", Value::opaque("x")).ok());
  REQUIRE(copy.open().put("a/b/d", Value::opaque("x")).ok());
  const auto check = [&](const Bytes& key, std::vector<const char*> corrupt,
                         std::vector<const char*> fine) {
    const Bytes row = row_of(copy, Table::names, key);
    take_out(copy, Table::names, key);
    for (const char* folder : corrupt) CHECK(at_list(copy, folder) == "corrupt");
    for (const char* folder : fine) CHECK(at_list(copy, folder) == "ok");
    CHECK_FALSE(problems_of(copy).empty());
    put_back(copy, Table::names, key, row);
    CHECK(problems_of(copy).empty());
  };
  check(keys.folder("a/b") + keys.secret("a/b/c"), {"", "a", "a/b"}, {"app"});
  check(keys.folder("a") + keys.folder("a/b"), {"", "a", "a/b"}, {"app"});
  check(keys.folder("") + keys.folder("a"), {"", "a"}, {"a/b", "app"});
  check(keys.folder("app") + keys.secret("app/db"), {"", "app"}, {"a", "a/b"});
  // A name that was moved to another folder does not open; its own folder notices the loss.
  CHECK(at_list(copy, "nowhere") == "ok");
  CHECK(copy.open().list("", {.recursive = true})->size() == 10);  // One of 11 has expired.
}

TEST_CASE("F-183, F-189: a list of documents that lacks one is not given") {
  const golden::Copy copy;
  const Keys keys(copy);
  const Bytes key = hash_of(keys.path_key, 17, "\x02") + hash_of(keys.path_key, 2, "golden-config");
  const Bytes row = row_of(copy, Table::names, key);
  take_out(copy, Table::names, key);
  CHECK(outcome_of(copy.open().configs().list()) == "corrupt");
  put_back(copy, Table::names, key, row);
  CHECK(outcome_of(copy.open().configs().list()) == "ok");
  take_out(copy, Table::history, hash_of(keys.path_key, 2, "golden-config") + be(~1ULL, 8));
  CHECK(outcome_of(copy.open().configs().get("golden-config", ConfigForm::partial)) == "corrupt");
  CHECK(outcome_of(copy.open().configs().get("none", ConfigForm::partial)) == "not_found");
}

TEST_CASE("F-184: a newest version that was taken out uncovers none") {
  const golden::Copy copy;
  put_three(copy);
  const Keys keys(copy);
  take_out(copy, Table::history, keys.version("db/pw", 3));
  CHECK(at_get(copy, "db/pw") == "corrupt");
  CHECK(at_get(copy, "db/pw", 3) == "corrupt");
  CHECK(at_list(copy, "db") == "corrupt");
  CHECK(at_metadata(copy, "db/pw") == "corrupt");
  CHECK(outcome_of(copy.open().history("db/pw")) == "corrupt");
  Store store = copy.open();
  CHECK(outcome_of(store.put("db/pw", Value::opaque("four"))) == "corrupt");
  CHECK(outcome_of(store.put("db/pw", Value::opaque("four"), {.cas = 2})) == "corrupt");
  CHECK(outcome_of(store.copy("db/pw", "elsewhere")) == "corrupt");
  CHECK(outcome_of(store.destroy_all("db/pw")) == "corrupt");
  // An older version, asked for by its number, still opens.
  CHECK(at_get(copy, "db/pw", 2) == "ok");
}

TEST_CASE("F-185: a version that was taken out from between is missed") {
  const golden::Copy copy;
  put_three(copy);
  take_out(copy, Table::history, Keys(copy).version("db/pw", 2));
  CHECK(at_get(copy, "db/pw") == "ok");
  CHECK(at_get(copy, "db/pw", 2) == "corrupt");
  CHECK(at_get(copy, "db/pw", 4) == "corrupt");
  CHECK(outcome_of(copy.open().history("db/pw")) == "corrupt");
}

TEST_CASE("F-185: metadata that was taken out, or put back as it was, is told where it is used") {
  const golden::Copy copy;
  put_three(copy);
  const Keys keys(copy);
  REQUIRE(copy.open().put_metadata("db/pw", {.owner = "mallory"}).ok());
  const Bytes old = row_of(copy, Table::history, keys.head("db/pw"));
  REQUIRE(copy.open().put_metadata("db/pw", {.cas_required = true, .owner = "alice"}).ok());
  const Bytes present = row_of(copy, Table::history, keys.head("db/pw"));
  const auto check = [&] {
    CHECK(at_metadata(copy, "db/pw") == "corrupt");
    Store store = copy.open();
    CHECK(outcome_of(store.put("db/pw", Value::opaque("x"))) == "corrupt");
    CHECK(outcome_of(store.put("db/pw", Value::opaque("x"), {.cas = 3})) == "corrupt");
    CHECK(outcome_of(store.patch_metadata("db/pw", {.owner = "me"})) == "corrupt");
    CHECK(outcome_of(store.move("db/pw", "elsewhere")) == "corrupt");
    CHECK_FALSE(store.verify()->problems.empty());
    // The value itself does not depend on metadata.
    CHECK(outcome_of(store.get("db/pw")) == "ok");
  };
  put_back(copy, Table::history, keys.head("db/pw"), old);
  check();
  take_out(copy, Table::history, keys.head("db/pw"));
  check();
  put_back(copy, Table::history, keys.head("db/pw"), present);
  CHECK(at_metadata(copy, "db/pw") == "ok");
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-185: an earlier version does not bring an earlier head back past a shredding") {
  const golden::Copy copy;
  put_three(copy);
  const Keys keys(copy);
  REQUIRE(copy.open().put_metadata("db/pw", {.owner = "mallory"}).ok());
  const Bytes head = row_of(copy, Table::history, keys.head("db/pw"));
  const Bytes newest = row_of(copy, Table::history, keys.version("db/pw", 3));
  REQUIRE(copy.open().put_metadata("db/pw", {.owner = "alice"}).ok());
  REQUIRE(copy.open().destroy("db/pw", {1}).ok());
  put_back(copy, Table::history, keys.head("db/pw"), head);
  put_back(copy, Table::history, keys.version("db/pw", 3), newest);
  CHECK(at_metadata(copy, "db/pw") == "corrupt");
  CHECK(at_get(copy, "db/pw") == "corrupt");
}

TEST_CASE("F-185, F-164: a rule by tag does not fall silent with the tag") {
  const golden::Copy copy;
  const std::vector<UseCase> all = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                    UseCase::write, UseCase::remove, UseCase::force,
                                    UseCase::admin, UseCase::audit};
  REQUIRE(copy.open().put("t/a", Value::opaque("secret")).ok());
  REQUIRE(copy.open().put_metadata("t/a", {.tags = std::vector<std::string>{"shut"}}).ok());
  const Policy policy{0,
                      {{true, {"user:chief"}, all, {"**"}},
                       {false, {"*"}, {UseCase::use, UseCase::reveal}, {"**"}, {"shut"}}}};
  REQUIRE(copy.open().policies().put(policy).ok());
  const auto get = [&] { return outcome_of(copy.open().as({.actor = "chief"})->get("t/a")); };
  CHECK(get() == "denied");
  take_out(copy, Table::history, Keys(copy).head("t/a"));
  CHECK(get() == "corrupt");
}

TEST_CASE("F-186, F-189: a secret that has a head alone does not vanish with it") {
  const golden::Copy copy;
  const Keys keys(copy);
  REQUIRE(copy.open().put_metadata("only/head", {.owner = "me"}).ok());
  const Bytes old = row_of(copy, Table::history, keys.head("only/head"));
  REQUIRE(copy.open().put_metadata("only/head", {.owner = "you"}).ok());
  const Bytes name_key = keys.folder("only") + keys.secret("only/head");
  const Bytes name = row_of(copy, Table::names, name_key);
  const Bytes head = row_of(copy, Table::history, keys.head("only/head"));
  CHECK(at_get(copy, "only/head") == "not_found");
  take_out(copy, Table::history, keys.head("only/head"));
  CHECK(at_get(copy, "only/head") == "corrupt");
  CHECK(at_metadata(copy, "only/head") == "corrupt");
  CHECK(outcome_of(copy.open().put("only/head", Value::opaque("x"), {.cas = 0})) == "corrupt");
  put_back(copy, Table::history, keys.head("only/head"), old);
  CHECK(at_metadata(copy, "only/head") == "corrupt");
  put_back(copy, Table::history, keys.head("only/head"), head);
  take_out(copy, Table::names, name_key);
  CHECK(at_get(copy, "only/head") == "corrupt");
  CHECK(at_metadata(copy, "only/head") == "corrupt");
  put_back(copy, Table::names, name_key, name);
  // After the first version the name says so, and an earlier name record is refused.
  REQUIRE(copy.open().put("only/head", Value::opaque("x")).ok());
  CHECK(problems_of(copy).empty());
  CHECK(copy.open().metadata("only/head")->owner == "you");
  put_back(copy, Table::names, name_key, name);
  CHECK(at_metadata(copy, "only/head") == "corrupt");
  CHECK(at_list(copy, "only") == "corrupt");
}

TEST_CASE("F-189: a secret that lost its versions, or its name, is not told to be none") {
  const golden::Copy copy;
  const Keys keys(copy);
  REQUIRE(copy.open().put("one/version", Value::opaque("x")).ok());
  const Bytes key = keys.version("one/version", 1);
  const Bytes row = row_of(copy, Table::history, key);
  take_out(copy, Table::history, key);
  for (const std::uint64_t version : {0U, 1U, 2U})
    CHECK(at_get(copy, "one/version", version) == "corrupt");
  CHECK(at_metadata(copy, "one/version") == "corrupt");
  CHECK(at_list(copy, "one") == "corrupt");
  CHECK(outcome_of(copy.open().history("one/version")) == "corrupt");
  CHECK(outcome_of(copy.open().put("one/version", Value::opaque("y"))) == "corrupt");
  CHECK(outcome_of(copy.open().copy("app/db", "one/version")) == "corrupt");
  CHECK(at_get(copy, "one/other") == "not_found");
  put_back(copy, Table::history, key, row);
  take_out(copy, Table::names, keys.folder("one") + keys.secret("one/version"));
  CHECK(at_metadata(copy, "one/version") == "corrupt");
  CHECK(at_get(copy, "one/version") == "ok");
}

TEST_CASE("F-187: settings that were taken out, or put back as they were, shut the store") {
  const golden::Copy copy;
  const Bytes made = row_of(copy, Table::main, as_bytes("settings"));
  REQUIRE(copy.open().put_settings({.audit_reads = true}).ok());
  const Bytes present = row_of(copy, Table::main, as_bytes("settings"));
  put_back(copy, Table::main, as_bytes("settings"), made);
  CHECK(at_open(copy) == "corrupt");
  take_out(copy, Table::main, as_bytes("settings"));
  CHECK(at_open(copy) == "corrupt");
  put_back(copy, Table::main, as_bytes("settings"), present);
  CHECK(copy.open().settings()->audit_reads);
}

TEST_CASE("F-188: a reference that was taken out is missed") {
  const golden::Copy copy;
  REQUIRE(copy.open().add_reference("app/db", 0, "job").ok());
  REQUIRE(copy.open().add_reference("app/db", 1, "another job").ok());
  const Keys keys(copy);
  const Bytes target = hash_of(keys.path_key, 18, "app/db");
  std::vector<Bytes> mine;
  for (const auto& [key, row] : Tables(copy.directory()).rows(Table::references))
    if (std::equal(target.begin(), target.end(), key.begin())) mine.push_back(key);
  REQUIRE(mine.size() == 3);
  for (const Bytes& key : mine) {
    const Bytes row = row_of(copy, Table::references, key);
    take_out(copy, Table::references, key);
    CHECK(outcome_of(copy.open().references_to("app/db")) == "corrupt");
    CHECK_FALSE(problems_of(copy).empty());
    put_back(copy, Table::references, key, row);
    CHECK(problems_of(copy).empty());
  }
  REQUIRE(copy.open().remove_reference("app/db", 0, "job").ok());
  CHECK(copy.open().references_to("app/db")->size() == 1);
  REQUIRE(copy.open().remove_reference("app/db", 1, "another job").ok());
  CHECK(copy.open().references_to("app/db")->empty());
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-182 to F-188: every way to change a secret keeps what its records say of each other") {
  const golden::Copy copy;
  {
    Store store = copy.open();
    REQUIRE(store.put_metadata("w/a", {.owner = "me"}).ok());
    for (int i = 0; i < 14; ++i) REQUIRE(store.put("w/a", Value::opaque("v")).ok());
    REQUIRE(store.patch_metadata("w/a", {.description = "changed"}).ok());
    REQUIRE(store.copy("w/a", "w/x/b").ok());
    REQUIRE(store.move("w/x/b", "w/y/c").ok());
    REQUIRE(store.soft_delete("w/y/c").ok());
    REQUIRE(store.undelete("w/y/c", {14}).ok());
    REQUIRE(store.destroy("w/y/c", {13}).ok());
    REQUIRE(store.destroy("w/y/c", {14}).ok());
    REQUIRE(store.put("w/y/c", Value::opaque("again")).ok());
    REQUIRE(store.put_metadata("w/y/c", {.owner = "you"}).ok());
    REQUIRE(store.put_metadata("w/bare", {.owner = "me"}).ok());
    REQUIRE(store.move("w/bare", "w/bare2").ok());
    REQUIRE(store.erase("w/a").ok());
    REQUIRE(store
                .transaction([](Transaction& txn) -> Result<void> {
                  for (int i = 0; i < 20; ++i)
                    COFFER_TRY(txn.put("bulk/" + std::to_string(i % 7), Value::opaque("v")));
                  return {};
                })
                .ok());
    constexpr char kSpec[] = R"({"properties":{"a":{"airbyte_secret":true}}})";
    REQUIRE(store.configs().put("c", kSpec, R"({"a":"1"})").ok());
    REQUIRE(store.configs().put("c", kSpec, R"({"a":"2"})").ok());
    REQUIRE(store.configs().put("d", kSpec, R"({"a":"2"})").ok());
    REQUIRE(store.configs().remove("d").ok());
    REQUIRE(store.sweep().ok());
    CHECK(store.verify()->problems == std::vector<std::string>{});
  }
  Walk walk(copy.directory(), copy.key_file());
  walk.open_all();
  CHECK(walk.records == walk.root.record_count);
  CHECK(walk.digest == walk.root.digest);
}

TEST_CASE("F-190: a receipt is not borne out by a store that went on with what is gone") {
  const golden::Copy copy;
  REQUIRE(copy.open().put("gone", Value::opaque("secret")).ok());
  const Bytes data = read_file(copy.data());
  const Bytes keyring = read_file(copy.keyring());
  const std::string text = copy.open().destroy_all("gone")->text;
  CHECK(copy.open().audit().verify_receipt(text).ok());
  // A later secret with the same name and version number does not change the receipt's result.
  REQUIRE(copy.open().erase("gone").ok());
  REQUIRE(copy.open().put("gone", Value::opaque("secret")).ok());
  CHECK(copy.open().audit().verify_receipt(text).ok());
  write_file(copy.data(), data);
  write_file(copy.keyring(), keyring);
  CHECK(outcome_of(copy.open().audit().verify_receipt(text)) == "rolled_back");
  for (int i = 0; i < 3; ++i) {
    REQUIRE(copy.open().put("other", Value::opaque("x")).ok());
    REQUIRE(copy.open().destroy_all("other").ok());
  }
  CHECK(at_get(copy, "gone") == "ok");
  CHECK(outcome_of(copy.open().audit().verify_receipt(text)) == "rolled_back");
}

TEST_CASE("F-191: an anchor below the store's directory is refused, however deep") {
  const golden::Copy copy;
  std::filesystem::create_directories(copy.directory() + "/sub/deep");
  for (const char* place : {"/anchor", "/sub/anchor", "/sub/deep/anchor", "/sub/../anchor"})
    CHECK(outcome_of(copy.open().anchor().set("file://" + copy.directory() + place)) == "usage");
  CHECK(copy.open().anchor().set("file://" + copy.directory() + "-anchor").ok());
  std::filesystem::remove(copy.directory() + "-anchor");
}

}  // namespace spec_vouched_test
