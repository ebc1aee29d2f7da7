// Destroying a version moves the store to the next epoch, and no key of the old one opens anything.
#include "keys/keyring/keyring.h"
#include "tests/unit/records/vault_bench.h"

namespace coffer::test::shredding_test {

using records::Located;
using records::Reading;
using records::Vault;
using records::Writing;

constexpr std::string_view kName = "a";

Result<void> destroy(Writing& writing) {
  const format::PathHash hash = hash_of(writing, kName);
  const auto located = COFFER_TRY(writing.find(hash, 1));
  format::VersionHeader after = located->record.header;
  const auto tag = after.value_tag;
  after.flags |= format::kFlagDestroyed;
  after.value_tag = {};
  COFFER_TRY(writing.destroy_version(hash, *located, after));
  writing.tell_destroyed(SweptVersion{std::string(kName), 1, "destroyed"}, tag);
  return {};
}

TEST_CASE("a value opens until it is destroyed; then its epoch's key is gone") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_value(writing, kName, "value"); }).ok());
  REQUIRE(vault.write([](Writing& writing) { return put_value(writing, "b", "kept"); }).ok());
  const auto read_a = [](const Reading& reading) { return read_value(reading, kName); };
  CHECK(vault.read(read_a).value() == "value");

  const auto bucket_of = [](const Reading& reading) -> Result<Bytes> {
    const std::uint8_t bucket = hash_of(reading, kName)[0];
    const auto row = COFFER_TRY(reading.get(storage::Table::buckets, {&bucket, 1}));
    return Bytes(row->begin(), row->end());
  };
  const Bytes old_row = vault.read(bucket_of).value();
  const auto report = vault.write(destroy);
  REQUIRE(report.ok());
  CHECK(report->receipt.epoch_after == report->receipt.epoch_before + 1);
  CHECK(code_of(vault.read(read_a)) == ErrorCode::corrupt);  // A tombstone has no value.
  CHECK(vault.read([](const Reading& reading) { return read_value(reading, "b"); }).value() ==
        "kept");

  keys::Keyring& keyring = **vault.keyring();
  CHECK(code_of(keyring.epoch_key(report->receipt.epoch_before)) == ErrorCode::not_found);
  const auto epoch_key = keyring.epoch_key(report->receipt.epoch_after);
  REQUIRE(epoch_key.ok());
  const auto opened = vault.read([&](const Reading& reading) -> Result<void> {
    const std::uint8_t bucket = hash_of(reading, kName)[0];
    COFFER_TRY(reading.cipher().unwrap_bucket(bucket, COFFER_TRY(bucket_of(reading)), **epoch_key,
                                              reading.epoch()));
    CHECK(!reading.cipher().unwrap_bucket(bucket, old_row, **epoch_key, reading.epoch()).ok());
    return {};
  });
  CHECK(opened.ok());
}

TEST_CASE("a receipt lists what is gone, and only its own store accepts it") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_value(writing, kName, "value"); }).ok());
  std::string told;
  vault.on_receipt([&](const ShredReceipt& receipt) { told = receipt.text; });
  REQUIRE(vault.write(destroy).ok());
  REQUIRE(!told.empty());
  CHECK(vault.verify_receipt(told)->destroyed_count == 1);
  CHECK(code_of(VaultBench().vault().verify_receipt(told)) == ErrorCode::corrupt);
}

TEST_CASE("a removed version waits for the next shredding, which a caller can request") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_value(writing, kName, "value"); }).ok());
  REQUIRE(vault
              .write([](Writing& writing) -> Result<void> {
                const format::PathHash hash = hash_of(writing, kName);
                const auto located = COFFER_TRY(writing.find(hash, 1));
                return writing.remove_version(hash, 1, located->record.header);
              })
              .ok());
  const Status waits = vault.status().value();
  CHECK(waits.pending_shred_buckets == 1);
  const auto shred = [](Writing& writing) -> Result<void> {
    writing.shred_pending();
    return {};
  };
  REQUIRE(vault.write(shred).ok());
  const Status done = vault.status().value();
  CHECK(done.pending_shred_buckets == 0);
  CHECK(done.epoch == waits.epoch + 1);
  REQUIRE(vault.write(shred).ok());
  CHECK(vault.status()->epoch == done.epoch);  // Nothing waits, so nothing is erased.
}

TEST_CASE("a rotation of data keys continues until every older key is replaced") {
  const VaultBench bench;
  Vault vault = bench.vault();
  REQUIRE(vault.write([](Writing& writing) { return put_value(writing, kName, "value"); }).ok());
  bool began = false;
  std::uint64_t left = 1;
  for (int batch = 0; left != 0; ++batch) {
    REQUIRE(batch < 1000);
    REQUIRE(vault
                .write([&](Writing& writing) -> Result<void> {
                  began = writing.begin_renewal() || began;
                  left = COFFER_TRY(writing.renew_buckets(100));
                  return {};
                })
                .ok());
  }
  CHECK(began);
  CHECK(vault.status()->buckets_to_rotate == 0);
  CHECK(vault.read([](const Reading& reading) { return read_value(reading, kName); }).value() ==
        "value");
}

}  // namespace coffer::test::shredding_test
