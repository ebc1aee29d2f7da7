// The rules of format/SPEC.md for buckets that were split into leaves, each tested on a copy of the
// golden store in which every bucket splits when it is touched.
#include <catch2/catch.hpp>
#include <set>

#include "tests/split_at.h"
#include "tests/vectors/golden_copy.h"
#include "tests/vectors/walk_by_words.h"

namespace spec_leaves_test {

namespace {

using namespace coffer;
using namespace coffer::words;
using coffer::test::SplitAt;
using storage::Table;

// Opens and seals the records under test.
class Keys : public OpenKeyring {
 public:
  explicit Keys(const golden::Copy& copy)
      : OpenKeyring(copy.keyring(), copy.key_file()), tables(copy.directory()) {
    const auto plain = unwrap(root_key, context(7, store_id, {}),
                              tables.get(Table::main, as_bytes("root")).value());
    root = format::decode_root(plain.value()).value();
  }

  Bytes hash(std::string_view path) const { return hash_of(path_key, 1, path); }
  Bytes history_key(std::string_view path, std::uint64_t version) const {
    return hash(path) + be(~version, 8);
  }
  format::VersionRecord version(const Bytes& row) const {
    return format::decode_version(row).value();
  }

  struct Bucket {
    Bytes key;
    std::uint64_t made_in = 0;
  };
  Bucket bucket(std::uint8_t number) const {
    const Bytes row = tables.get(Table::buckets, Bytes{number}).value();
    const auto record = format::decode_bucket(row).value();
    const Bytes bound =
        context(9, store_id, Bytes{number} + be(record.made_in_epoch, 8) + be(root.epoch, 8));
    return {unwrap(epoch_key(root.epoch).value(), bound, record.wrapped).value(),
            record.made_in_epoch};
  }
  Bytes leaves_context(std::uint8_t number) const {
    return context(15, store_id, Bytes{number} + be(bucket(number).made_in, 8));
  }
  // 256 pairs of be64 epoch and key.
  Bytes leaves(std::uint8_t number) const {
    return unwrap(bucket(number).key, leaves_context(number),
                  tables.get(Table::buckets, Bytes{number, 1}).value())
        .value();
  }
  void put_leaves(std::uint8_t number, const Bytes& plain) const {
    tables.put(Table::buckets, Bytes{number, 1},
               wrap(bucket(number).key, leaves_context(number), plain));
  }

  Tables tables;
  format::Root root;
};

std::uint64_t epoch_of(const Bytes& leaves, std::uint8_t leaf) {
  std::uint64_t epoch = 0;
  for (int i = 0; i < 8; ++i) epoch = epoch << 8 | leaves.at(std::size_t{40} * leaf + i);
  return epoch;
}

Bytes key_of(const Bytes& leaves, std::size_t leaf) {
  const auto at = leaves.begin() + static_cast<std::ptrdiff_t>(40 * leaf);
  return {at + 8, at + 40};
}

// A copy with at least two split buckets: those of "one" and "two".
struct SplitCopy : golden::Copy {
  SplitCopy() {
    const SplitAt split(0);
    Store store = open();
    REQUIRE(store.put("one", Value::opaque("1")).ok());
    REQUIRE(store.put("two", Value::opaque("2")).ok());
    REQUIRE(store.put("one", Value::opaque("1b")).ok());
  }
};

void destroy(const golden::Copy& copy, std::string_view path, std::uint64_t version) {
  REQUIRE(copy.open().destroy(path, {version}).ok());
}

}  // namespace

TEST_CASE("F-78, F-83: a split store opens by the words of the specification alone") {
  const SplitCopy copy;
  {
    const SplitAt split(0);
    destroy(copy, "app/db", 1);
    destroy(copy, "one", 1);
  }
  Walk walk(copy.directory(), copy.key_file());
  walk.open_all();
  CHECK(walk.under_leaves >= 3);
  CHECK(walk.values.at("one#1") == "destroyed");
  CHECK(walk.values.at("one#2") == "1b");
  CHECK(walk.values.at("two#1") == "2");
  CHECK(walk.values.at("app/destroyed#2") == "still here");
  CHECK(walk.records == walk.root.record_count);
  CHECK(walk.digest == walk.root.digest);
  CHECK(problems_of(copy).empty());
}

TEST_CASE("F-78: in a split bucket the bucket's own key wraps no version") {
  const SplitCopy copy;
  {
    const Keys keys(copy);
    const Bytes hash = keys.hash("one");
    const Bytes key = keys.history_key("one", 2);
    const Bytes row = keys.tables.get(Table::history, key).value();
    const format::VersionRecord record = keys.version(row);
    const Bytes leaves = keys.leaves(hash[0]);
    const auto dek =
        unwrap(key_of(leaves, hash[1]),
               dek_context(keys.store_id, hash, 2, epoch_of(leaves, hash[1]), record.header),
               record.wrapped_dek);
    REQUIRE(dek.has_value());
    const Keys::Bucket bucket = keys.bucket(hash[0]);
    const Bytes wrapped =
        wrap(bucket.key, dek_context(keys.store_id, hash, 2, bucket.made_in, record.header), *dek);
    Bytes forged;
    format::encode_version({record.header, wrapped, record.ciphertext}, forged);
    keys.tables.put(Table::history, key, forged);
  }
  CHECK(outcome_of(copy.open().get("one")) == "corrupt");
  CHECK(outcome_of(copy.open().get("two")) == "ok");
  CHECK_FALSE(problems_of(copy).empty());
}

TEST_CASE("F-79: leaf keys that are missing, cut, too many, another bucket's or altered") {
  const SplitCopy copy;
  Bytes whole;
  std::uint8_t one = 0;
  std::uint8_t two = 0;
  {
    const Keys keys(copy);
    one = keys.hash("one")[0];
    two = keys.hash("two")[0];
    REQUIRE(one != two);
    whole = keys.tables.get(Table::buckets, Bytes{one, 1}).value();
  }
  CHECK(whole.size() == 10'280);
  const auto check_refused = [&](const char* what) {
    INFO(what);
    CHECK(outcome_of(copy.open().get("one")) == "corrupt");
    CHECK(outcome_of(copy.open().get("two")) == "ok");
    const auto put = copy.open().put("one", Value::opaque("x"));
    CHECK(outcome_of(put) == "corrupt");
    CHECK(outcome_of(copy.open().destroy("one", {1})) == "corrupt");
    const auto problems = problems_of(copy);
    CHECK(std::find(problems.begin(), problems.end(),
                    "bucket " + std::to_string(one) + ": its keys do not open") != problems.end());
    Tables(copy.directory()).put(Table::buckets, Bytes{one, 1}, whole);
    CHECK(outcome_of(copy.open().get("one")) == "ok");
  };
  Tables(copy.directory()).remove(Table::buckets, Bytes{one, 1});
  check_refused("missing");
  Bytes row(whole.begin(), whole.end() - 1);
  Tables(copy.directory()).put(Table::buckets, Bytes{one, 1}, row);
  check_refused("cut by one byte");
  row = Bytes(whole.begin(), whole.begin() + 39);
  Tables(copy.directory()).put(Table::buckets, Bytes{one, 1}, row);
  check_refused("shorter than a wrap");
  row = whole + Bytes{0};
  Tables(copy.directory()).put(Table::buckets, Bytes{one, 1}, row);
  check_refused("one byte more");
  row = whole;
  row[5000] ^= 1;
  Tables(copy.directory()).put(Table::buckets, Bytes{one, 1}, row);
  check_refused("one bit altered");
  {
    const Tables tables(copy.directory());
    tables.put(Table::buckets, Bytes{one, 1}, tables.get(Table::buckets, Bytes{two, 1}).value());
  }
  check_refused("another bucket's");
  for (const std::size_t size : {0U, 40U * 255U, 40U * 257U}) {
    {
      const Keys keys(copy);
      Bytes plain = keys.leaves(one);
      plain.resize(size, 1);
      keys.put_leaves(one, plain);
    }
    check_refused("of another number of leaves");
  }
}

TEST_CASE("F-80: a leaf's key was made in an epoch from 1 to the store's") {
  const SplitCopy copy;
  const std::uint64_t epoch = Keys(copy).root.epoch;
  for (const std::uint64_t made_in : {std::uint64_t{0}, epoch + 1}) {
    Bytes whole;
    std::uint8_t bucket = 0;
    {
      const Keys keys(copy);
      bucket = keys.hash("one")[0];
      whole = keys.leaves(bucket);
      Bytes plain = whole;
      const std::uint8_t elsewhere = static_cast<std::uint8_t>(keys.hash("one")[1] + 1);
      const Bytes other = be(made_in, 8);
      std::copy(other.begin(), other.end(), plain.begin() + std::ptrdiff_t{40} * elsewhere);
      keys.put_leaves(bucket, plain);
    }
    CHECK(outcome_of(copy.open().get("one")) == "corrupt");
    CHECK_FALSE(problems_of(copy).empty());
    Keys(copy).put_leaves(bucket, whole);
    CHECK(outcome_of(copy.open().get("one")) == "ok");
  }
}

TEST_CASE("F-81, F-83: a destroy gives its leaf and the leaf's bucket new keys, no other leaf") {
  const SplitCopy copy;
  std::uint8_t bucket = 0;
  std::uint8_t leaf = 0;
  Bytes leaves_before;
  Keys::Bucket before;
  {
    const Keys keys(copy);
    bucket = keys.hash("one")[0];
    leaf = keys.hash("one")[1];
    leaves_before = keys.leaves(bucket);
    before = keys.bucket(bucket);
    std::set<Bytes> distinct;
    for (const std::uint8_t number : {bucket, keys.hash("two")[0]})
      for (std::size_t i = 0; i < 256; ++i) distinct.insert(key_of(keys.leaves(number), i));
    CHECK(distinct.size() == 512);
  }
  destroy(copy, "one", 1);
  const Keys keys(copy);
  const Keys::Bucket after = keys.bucket(bucket);
  CHECK(after.key != before.key);
  CHECK(after.made_in == keys.root.epoch);
  const Bytes leaves = keys.leaves(bucket);
  for (std::size_t i = 0; i < 256; ++i) {
    INFO("leaf " << i);
    CHECK((key_of(leaves, i) == key_of(leaves_before, i)) == (i != leaf));
  }
  CHECK(epoch_of(leaves, leaf) == keys.root.epoch);
  CHECK(copy.open().get("one")->value.text() == "1b");
}

TEST_CASE("F-82, F-65: what is trimmed in a split bucket is pending by its leaf") {
  const SplitCopy copy;
  const SplitAt split(0);
  REQUIRE(copy.open().put_settings({.max_versions = 1}).ok());
  for (const char* path : {"two", "one"}) REQUIRE(copy.open().put(path, Value::opaque("n")).ok());
  {
    const Keys keys(copy);
    std::set<std::uint16_t> expected;
    for (const char* path : {"one", "two"})
      expected.insert(static_cast<std::uint16_t>(keys.hash(path)[0] << 8 | keys.hash(path)[1]));
    CHECK(keys.root.leaves.pending == std::vector<std::uint16_t>(expected.begin(), expected.end()));
    CHECK(keys.root.pending_since != 0);
  }
  destroy(copy, "app/db", 1);
  const Keys keys(copy);
  CHECK(keys.root.leaves.pending.empty());
  CHECK(keys.root.pending_since == 0);
  for (const char* path : {"one", "two"})
    CHECK(epoch_of(keys.leaves(keys.hash(path)[0]), keys.hash(path)[1]) == keys.root.epoch);
}

TEST_CASE("F-83: what was pending when its bucket was split needs a new bucket key, no new leaf") {
  const golden::Copy copy;
  REQUIRE(copy.open().put_settings({.max_versions = 1}).ok());
  for (const char* value : {"1", "2"}) REQUIRE(copy.open().put("t", Value::opaque(value)).ok());
  const SplitAt split(0);
  REQUIRE(copy.open().put("t", Value::opaque("3")).ok());
  std::uint8_t bucket = 0;
  Bytes leaves_before;
  {
    const Keys keys(copy);
    bucket = keys.hash("t")[0];
    leaves_before = keys.leaves(bucket);
    CHECK((keys.root.pending_buckets[bucket / 8] >> (bucket % 8) & 1) == 1);
  }
  const Keys::Bucket before = Keys(copy).bucket(bucket);
  destroy(copy, "app/db", 1);
  const Keys keys(copy);
  const Keys::Bucket after = keys.bucket(bucket);
  CHECK(after.key != before.key);
  CHECK(after.made_in == keys.root.epoch);
  std::size_t same = 0;
  for (std::size_t i = 0; i < 256; ++i)
    same += key_of(keys.leaves(bucket), i) == key_of(leaves_before, i) ? 1 : 0;
  CHECK(same == 255);  // Only the leaf of version 2 differs: it was trimmed after the split.
}

TEST_CASE("F-84: a commit that would leave more than 512 leaves pending shreds") {
  const golden::Copy copy;
  const SplitAt split(0);
  REQUIRE(copy.open().put_settings({.max_versions = 1}).ok());
  const auto put = [&](int from, int to) {
    REQUIRE(copy.open()
                .transaction([&](Transaction& txn) -> Result<void> {
                  for (int i = from; i < to; ++i)
                    COFFER_TRY(txn.put("many/" + std::to_string(i), Value::opaque("v")));
                  return {};
                })
                .ok());
  };
  put(0, 700);
  const std::uint64_t epoch = Keys(copy).root.epoch;
  put(0, 450);
  CHECK(Keys(copy).root.epoch == epoch);
  CHECK(Keys(copy).root.leaves.pending.size() > 400);
  put(450, 700);
  CHECK(Keys(copy).root.epoch == epoch + 1);
  CHECK(Keys(copy).root.leaves.pending.empty());
  CHECK(problems_of(copy).empty());
}

}  // namespace spec_leaves_test
