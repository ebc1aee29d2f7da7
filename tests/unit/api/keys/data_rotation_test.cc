// New bucket keys: all of them, every living version wrapped anew, in batches that can be
// stopped and gone on with, beside others who read, write and shred.
#include <algorithm>

#include "keys/keyring/keyring.h"
#include "records/sealing/cipher.h"
#include "storage/environment.h"
#include "storage/txn.h"
#include "tests/split_at.h"
#include "tests/store_cases.h"

namespace coffer::test::data_rotation_test {
namespace {

constexpr int kSecrets = 600;

std::string path_of(int i) { return "s/" + std::to_string(i); }

void fill(Store& store) {
  for (int i = 0; i < kSecrets; ++i) REQUIRE(store.put(path_of(i), text(std::to_string(i))).ok());
}

void check_all(Store& store) {
  for (int i = 0; i < kSecrets; ++i) REQUIRE(value_of(store, path_of(i)) == std::to_string(i));
  require_sound(store);
}

// The epoch that each bucket's key was made in, past the engine.
std::vector<std::uint64_t> bucket_epochs(const ScratchStore& box) {
  const auto environment = storage::Environment::open(box.path(), {});
  must(environment.ok(), "Environment::open");
  storage::ReadTxn txn(*environment);
  must(txn.renew().ok(), "renew");
  std::vector<std::uint64_t> epochs;
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const auto record = txn.get(storage::Table::buckets, {&bucket, 1}).value();
    must(record.has_value(), "a bucket");
    epochs.push_back(format::decode_bucket(*record).value().made_in_epoch);
  }
  return epochs;
}

// The same of the leaves, and that every bucket is split.
std::vector<std::uint64_t> leaf_epochs(const ScratchStore& box) {
  const std::vector<KeySource> sources = {box.key()};
  const auto ring = keys::Keyring::open(box.file("keyring"), sources, {});
  must(ring.ok(), "Keyring::open");
  const records::Cipher cipher(**ring);
  const auto environment = storage::Environment::open(box.path(), {});
  must(environment.ok(), "Environment::open");
  storage::ReadTxn txn(*environment);
  must(txn.renew().ok(), "renew");
  const std::uint64_t epoch = (*ring)->stored_epochs()->front();
  const auto epoch_key = (*ring)->epoch_key(epoch);
  std::vector<std::uint64_t> epochs;
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const auto record = txn.get(storage::Table::buckets, {&bucket, 1}).value();
    const auto key = cipher.unwrap_bucket(bucket, *record, **epoch_key, epoch);
    const auto sealed = txn.get(storage::Table::buckets, format::leaf_keys_key(bucket)).value();
    must(key.ok() && sealed.has_value(), "a split bucket");
    const auto leaves = cipher.open_leaves(bucket, *key, *sealed, epoch);
    must(leaves.ok(), "open_leaves");
    for (std::size_t leaf = 0; leaf < format::kLeafCount; ++leaf)
      epochs.push_back(leaves->at(static_cast<std::uint8_t>(leaf)).made_in_epoch);
  }
  return epochs;
}

}  // namespace

// F-148
TEST_CASE("a rotation of data keys replaces every bucket key and loses nothing") {
  ScratchStore box;
  Store store = box.open();
  fill(store);
  REQUIRE(store.destroy(path_of(0), {1}).ok());
  REQUIRE(store.put(path_of(0), text("0")).ok());
  std::vector<std::uint64_t> seen;
  RotateDataOptions options;
  options.versions_at_once = 100;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    CHECK(all == 256);
    seen.push_back(done);
    return true;
  };
  const auto report = store.keys().rotate_data(options);
  REQUIRE(report.ok());
  CHECK((report->buckets == 256 && report->versions == kSecrets && !report->resumed));
  CHECK(seen.size() > 5);
  CHECK(seen.back() == 256);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(report->epoch_after == report->epoch_before + seen.size());
  for (const std::uint64_t epoch : bucket_epochs(box)) CHECK(epoch > report->epoch_before);
  CHECK(store.status().value().buckets_to_rotate == 0);
  check_all(store);
  Store again = box.open();
  check_all(again);
}

TEST_CASE("a rotation of data keys that was stopped is told by status and gone on with") {
  ScratchStore box;
  std::uint64_t began_at = 0;
  {
    Store store = box.open();
    fill(store);
    began_at = store.status().value().epoch;
    RotateDataOptions options;
    options.versions_at_once = 60;
    int batches = 0;
    options.progress = [&](std::uint64_t, std::uint64_t) { return ++batches < 3; };
    CHECK(code_of(store.keys().rotate_data(options)) == ErrorCode::declined);
    const std::uint64_t left = store.status().value().buckets_to_rotate;
    CHECK((left > 100 && left < 256));
    // What others shred meanwhile counts.
    REQUIRE(store.destroy(path_of(7), {1}).ok());
    REQUIRE(store.put(path_of(7), text("7")).ok());
    CHECK(store.status().value().buckets_to_rotate <= left);
  }
  Store store = box.open();
  CHECK(store.status().value().buckets_to_rotate > 0);
  const std::uint64_t left = store.status().value().buckets_to_rotate;
  const auto report = store.keys().rotate_data();
  REQUIRE(report.ok());
  CHECK((report->resumed && report->buckets == left));
  for (const std::uint64_t epoch : bucket_epochs(box)) CHECK(epoch > began_at);
  CHECK(store.status().value().buckets_to_rotate == 0);
  check_all(store);
  // Begun anew, all of them are replaced once more.
  const auto whole = store.keys().rotate_data();
  REQUIRE(whole.ok());
  CHECK((!whole->resumed && whole->buckets == 256));
  check_all(store);
}

TEST_CASE("of split buckets every leaf's key is replaced, however many batches that takes") {
  ScratchStore box;
  const SplitAt split(200);
  Store store = box.open();
  fill(store);
  REQUIRE(store.destroy(path_of(0), {1}).ok());
  REQUIRE(store.put(path_of(0), text("0")).ok());
  const std::uint64_t began_at = store.status().value().epoch;
  RotateDataOptions options;
  options.versions_at_once = 1000;  // Of 65,536 leaves.
  int batches = 0;
  options.progress = [&](std::uint64_t, std::uint64_t) { return ++batches < 20; };
  CHECK(code_of(store.keys().rotate_data(options)) == ErrorCode::declined);
  CHECK(store.status().value().buckets_to_rotate > 100);
  REQUIRE(store.keys().rotate_data({.versions_at_once = 16'384}).ok());
  CHECK(store.status().value().buckets_to_rotate == 0);
  for (const std::uint64_t epoch : bucket_epochs(box)) CHECK(epoch > began_at);
  for (const std::uint64_t epoch : leaf_epochs(box)) REQUIRE(epoch > began_at);
  check_all(store);
}

TEST_CASE("two that rotate data keys share the work, and readers beside them see no error") {
  ScratchStore box;
  Store store = box.open();
  fill(store);
  Store other = box.open();
  RotateDataOptions options;
  options.versions_at_once = 60;
  std::uint64_t by_other = 0;
  bool nested = false;
  options.progress = [&](std::uint64_t done, std::uint64_t) {
    CHECK(value_of(other, path_of(3)) == "3");
    REQUIRE(other.put("beside", text(std::to_string(done))).ok());
    if (!std::exchange(nested, true)) by_other = other.keys().rotate_data()->buckets;
    return true;
  };
  const auto report = store.keys().rotate_data(options);
  REQUIRE(report.ok());
  CHECK(by_other > 200);
  CHECK(report->buckets + by_other == 256);
  CHECK(store.status().value().buckets_to_rotate == 0);
  std::size_t ended = 0;
  const auto records = store.audit().list({.action = "key.rekey"});
  for (const AuditRecord& record : *records) ended += record.items.size();
  CHECK(ended == 1);
  check_all(other);
}

TEST_CASE("a snapshot from before a rotation of data keys reads on") {
  ScratchStore box;
  Store store = box.open();
  fill(store);
  auto before = store.snapshot();
  REQUIRE(before.ok());
  REQUIRE(store.keys().rotate_data().ok());
  REQUIRE(store.keys().rotate().ok());
  const auto secret = before->get(path_of(5));
  REQUIRE(secret.ok());
  CHECK(secret->value.text() == "5");
}

}  // namespace coffer::test::data_rotation_test
