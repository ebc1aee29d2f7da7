// The rules of format/SPEC.md for metadata-only secrets, settings, moves and copies, each tested on
// a copy of the golden store.
#include <catch2/catch.hpp>

#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/open_tables.h"

namespace spec_secrets_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using storage::Table;

struct Keys : OpenKeyring {
  explicit Keys(const golden::Copy& copy) : OpenKeyring(copy.keyring(), copy.key_file()) {}
  Bytes history_key(std::string_view path, std::uint64_t version) const {
    return hash_of(path_key, 1, path) + be(~version, 8);
  }
};

format::Settings settings_of(const golden::Copy& copy) {
  const Keys keys(copy);
  const auto plain =
      unwrap(keys.root_key, context(8, keys.store_id, {}),
             Tables(copy.directory()).get(Table::main, as_bytes("settings")).value());
  return format::decode_settings(plain.value()).value();
}

}  // namespace

TEST_CASE("F-72: a secret may have a head alone, and a name without either is found") {
  const golden::Copy copy;
  REQUIRE(copy.open().put_metadata("only/metadata", {.owner = "me"}).ok());
  CHECK(problems_of(copy).empty());
  const Keys keys(copy);
  Tables(copy.directory()).remove(Table::history, keys.history_key("only/metadata", 0));
  CHECK_FALSE(problems_of(copy).empty());
}

TEST_CASE("F-73: scopes stand in the order of their prefixes, however they are given") {
  const golden::Copy copy;
  StoreSettings settings;
  settings.scopes = {{"b", 1, {}}, {"a/c", 2, {}}, {"a", 3, {}}};
  REQUIRE(copy.open().put_settings(settings).ok());
  const format::Settings stored = settings_of(copy);
  REQUIRE(stored.scopes.size() == 3);
  CHECK(stored.scopes[0].prefix == "a");
  CHECK(stored.scopes[1].prefix == "a/c");
  CHECK(stored.scopes[2].prefix == "b");
}

TEST_CASE("F-74: switched off, delete_version_after has no length") {
  const golden::Copy copy;
  StoreSettings settings;
  settings.delete_version_after_ms = -5;
  REQUIRE(copy.open().put_settings(settings).ok());
  CHECK(settings_of(copy).delete_version_after_ms == -1);
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-75: settings that were changed are in the digest: replayed, they are found") {
  const golden::Copy copy;
  const Bytes made = Tables(copy.directory()).get(Table::main, as_bytes("settings")).value();
  CHECK(settings_of(copy).revision == 0);
  REQUIRE(copy.open().put_settings({.max_versions = 7}).ok());
  CHECK(settings_of(copy).revision == 1);
  CHECK(problems_of(copy).empty());
  const Bytes first = Tables(copy.directory()).get(Table::main, as_bytes("settings")).value();
  REQUIRE(copy.open().put_settings({.max_versions = 8}).ok());
  CHECK(settings_of(copy).revision == 2);
  CHECK(problems_of(copy).empty());
  for (const Bytes& earlier : {made, first}) {
    Tables(copy.directory()).put(Table::main, as_bytes("settings"), earlier);
    CHECK(outcome_of(copy.try_open()) == "corrupt");  // F-187: the root names the revision.
  }
  // Settings of the right revision, but sealed again, are a different record.
  const Keys keys(copy);
  {
    const Tables tables(copy.directory());
    format::Settings settings;
    settings.max_versions = 9;
    settings.revision = 2;
    const SecretBytes encoded = format::encode_settings(settings);
    tables.put(Table::main, as_bytes("settings"),
               wrap(keys.root_key, context(8, keys.store_id, {}), encoded.bytes()));
  }
  CHECK_FALSE(problems_of(copy).empty());
}

TEST_CASE("F-76: a writer goes by the settings that stand there, whoever changed them") {
  const golden::Copy copy;
  Store open_before = copy.open();
  REQUIRE(copy.open().put_settings({.value_bytes_max = 4}).ok());
  const auto put = open_before.put("a", Value::opaque("12345"));
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code() == ErrorCode::limit);
}

TEST_CASE("F-77, F-65: a move seals anew, and marks the bucket that it leaves") {
  const golden::Copy copy;
  const Keys keys(copy);
  const Bytes before =
      Tables(copy.directory()).get(Table::history, keys.history_key("app/db", 1)).value();
  const std::string value(copy.open().get("app/db", 1)->value.text());
  REQUIRE(copy.open().move("app/db", "moved").ok());
  {
    const Tables tables(copy.directory());
    CHECK_FALSE(tables.get(Table::history, keys.history_key("app/db", 1)).has_value());
    const Bytes after = tables.get(Table::history, keys.history_key("moved", 1)).value();
    const auto old_record = format::decode_version(before).value();
    const auto record = format::decode_version(after).value();
    CHECK(record.header.created_at_ms == old_record.header.created_at_ms);
    CHECK(record.header.value_tag != old_record.header.value_tag);
    CHECK(Bytes(record.ciphertext.begin(), record.ciphertext.end()) !=
          Bytes(old_record.ciphertext.begin(), old_record.ciphertext.end()));
    const auto plain = unwrap(keys.root_key, context(7, keys.store_id, {}),
                              tables.get(Table::main, as_bytes("root")).value());
    const format::Root root = format::decode_root(plain.value()).value();
    const std::uint8_t bucket = hash_of(keys.path_key, 1, "app/db")[0];
    CHECK((root.pending_buckets[bucket / 8] >> (bucket % 8) & 1) == 1);
    CHECK(root.pending_since != 0);
  }
  CHECK(copy.open().get("moved", 1)->value.text() == value);
  CHECK(problems_of(copy).empty());
}

}  // namespace spec_secrets_test
