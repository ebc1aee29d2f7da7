// The rules of format/SPEC.md for values that are stored apart from their version's record, each
// tested on a copy of the golden store.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/vectors/golden_copy.h"
#include "tests/vectors/walk_by_words.h"

namespace spec_values_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;

Bytes key_of(const golden::Copy& copy, std::string_view path, std::uint64_t version) {
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  return hash_of(keys.path_key, 1, path) + be(~version, 8);
}

std::size_t rows_apart(const golden::Copy& copy) {
  return Tables(copy.directory()).rows(Table::values).size();
}

std::string long_text(std::size_t size, char first) {
  std::string text(size, first);
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(first + i % 7);
  return text;
}

}  // namespace

TEST_CASE("F-102, F-101: a ciphertext of more than 1,792 bytes stands apart, and only there") {
  const golden::Copy copy;
  // The sealed text is one byte longer than the value: it includes the value's form.
  REQUIRE(copy.open().put("here", Value::opaque(long_text(1791, 'a'))).ok());
  REQUIRE(copy.open().put("apart", Value::opaque(long_text(1792, 'a'))).ok());
  REQUIRE(copy.open().put("far", Value::opaque(long_text(1 << 20, 'b'))).ok());
  {
    const Tables tables(copy.directory());
    const Bytes here = tables.get(Table::history, key_of(copy, "here", 1)).value();
    CHECK(format::decode_version(here)->ciphertext.size() == 1792);
    CHECK(format::decode_version(here)->bytes_apart == 0);
    for (const auto& [path, size] : {std::pair("apart", 1793), std::pair("far", (1 << 20) + 1)}) {
      const Bytes row = tables.get(Table::history, key_of(copy, path, 1)).value();
      CHECK(row.size() < 200);
      CHECK(format::decode_version(row)->ciphertext.empty());
      CHECK(format::decode_version(row)->bytes_apart == static_cast<std::uint64_t>(size));
      CHECK(tables.get(Table::values, key_of(copy, path, 1))->size() ==
            static_cast<std::size_t>(size));
    }
    CHECK(tables.rows(Table::values).size() == 2);
  }
  CHECK(copy.open().get("here")->value.text() == long_text(1791, 'a'));
  CHECK(copy.open().get("apart")->value.text() == long_text(1792, 'a'));
  Walk walk(copy.directory(), copy.key_file());
  walk.open_all();
  CHECK(walk.values_apart == 2);
  CHECK(walk.values.at("far#1") == long_text(1 << 20, 'b'));
  CHECK(walk.records == walk.root.record_count);
  CHECK(walk.digest == walk.root.digest);
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-102: what an earlier writer left in the record is read, re-wrapped and destroyed") {
  const golden::Copy copy;
  REQUIRE(copy.open().put("old", Value::opaque(long_text(5000, 'a'))).ok());
  REQUIRE(copy.open().put("old", Value::opaque("new")).ok());
  const Bytes key = key_of(copy, "old", 1);
  {
    const Tables tables(copy.directory());
    const Bytes row = tables.get(Table::history, key).value();
    const Bytes apart = tables.get(Table::values, key).value();
    format::VersionRecord record = format::decode_version(row).value();
    record.ciphertext = apart;
    record.bytes_apart = 0;
    Bytes inlined;
    format::encode_version(record, inlined);
    tables.put(Table::history, key, inlined);
    tables.remove(Table::values, key);
  }
  CHECK(problems_of(copy).empty());
  CHECK(copy.open().get("old", 1)->value.text() == long_text(5000, 'a'));
  REQUIRE(copy.open().destroy("old", {2}).ok());
  CHECK(copy.open().get("old", 1)->value.text() == long_text(5000, 'a'));
  REQUIRE(copy.open().copy("old", "moved").ok());
  CHECK(rows_apart(copy) == 1);
  CHECK(copy.open().get("moved", 1)->value.text() == long_text(5000, 'a'));
  REQUIRE(copy.open().destroy("old", {1}).ok());
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-103: a value apart that is missing, cut, longer, swapped or altered is refused") {
  const golden::Copy copy;
  REQUIRE(copy.open().put("one", Value::opaque(long_text(3000, 'a'))).ok());
  REQUIRE(copy.open().put("two", Value::opaque(long_text(3000, 'b'))).ok());
  const Bytes key = key_of(copy, "one", 1);
  const Bytes whole = Tables(copy.directory()).get(Table::values, key).value();
  const auto check_refused = [&](const char* what, std::string_view told) {
    INFO(what);
    CHECK(outcome_of(copy.open().get("one")) == "corrupt");
    CHECK(outcome_of(copy.open().get("two")) == "ok");
    CHECK(outcome_of(copy.open().copy("one", "copy")) == "corrupt");
    CHECK(outcome_of(copy.open().get("copy")) == "not_found");
    CHECK(problems_of(copy) == std::vector<std::string>{"one: version 1 " + std::string(told)});
    Tables(copy.directory()).put(Table::values, key, whole);
    CHECK(problems_of(copy).empty());
  };
  Tables(copy.directory()).remove(Table::values, key);
  check_refused("missing", "has lost its value");
  Tables(copy.directory()).put(Table::values, key, ByteView(whole).first(whole.size() - 1));
  check_refused("cut", "has lost its value");
  Tables(copy.directory()).put(Table::values, key, whole + Bytes{0});
  check_refused("longer", "has lost its value");
  {
    const Tables tables(copy.directory());
    tables.put(Table::values, key, tables.get(Table::values, key_of(copy, "two", 1)).value());
  }
  check_refused("swapped", "does not open");
  Bytes altered = whole;
  altered[2000] ^= 1;
  Tables(copy.directory()).put(Table::values, key, altered);
  check_refused("altered", "does not open");
}

TEST_CASE("F-103: a table that another process made since the store was opened is found") {
  const golden::Copy copy;
  int go[2];
  REQUIRE(::pipe(go) == 0);
  // Forks before it opens anything, since a child may not use its parent's store.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    char byte = 0;
    const bool told = ::read(go[0], &byte, 1) == 1;
    auto store = copy.try_open();
    const bool put = told && store && store->put("far", Value::opaque(long_text(5000, 'a'))).ok();
    ::_exit(put ? 0 : 1);
  }
  Store store = copy.open();
  CHECK(store.get("app/db", 1).ok());
  const auto before = store.snapshot();
  REQUIRE(::write(go[1], "g", 1) == 1);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  CHECK(store.get("far")->value.text() == long_text(5000, 'a'));
  CHECK(outcome_of(before->get("far")) == "not_found");
  CHECK(store.verify()->problems.empty());
  ::close(go[0]);
  ::close(go[1]);
}

TEST_CASE("F-104: a value goes with its version, whichever way that goes") {
  const golden::Copy copy;
  const std::string text = long_text(3000, 'a');
  REQUIRE(copy.open().put_settings({.max_versions = 2}).ok());
  for (int i = 0; i < 4; ++i) REQUIRE(copy.open().put("one", Value::opaque(text)).ok());
  CHECK(rows_apart(copy) == 2);  // The other versions were trimmed.
  REQUIRE(copy.open().soft_delete("one", {4}).ok());
  CHECK(rows_apart(copy) == 2);
  REQUIRE(copy.open().destroy("one", {4}).ok());
  CHECK(rows_apart(copy) == 1);
  REQUIRE(copy.open().move("one", "two").ok());
  CHECK(rows_apart(copy) == 1);
  REQUIRE(copy.open().copy("two", "three").ok());
  CHECK(rows_apart(copy) == 2);
  REQUIRE(copy.open().erase("two").ok());
  CHECK(rows_apart(copy) == 1);
  CHECK(copy.open().get("three", 3)->value.text() == text);
  CHECK(problems_of(copy).empty());
  Tables(copy.directory()).put(Table::values, key_of(copy, "three", 9), Bytes(3000, 1));
  CHECK(problems_of(copy) == std::vector<std::string>{"values: a value belongs to no version"});
  Tables(copy.directory()).remove(Table::values, key_of(copy, "three", 9));
  Tables(copy.directory()).put(Table::values, key_of(copy, "app/db", 1), Bytes(3000, 1));
  CHECK(problems_of(copy) == std::vector<std::string>{"values: a value belongs to no version"});
}

}  // namespace spec_values_test
