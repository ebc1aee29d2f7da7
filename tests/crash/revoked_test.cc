// The holder of a slot's key kept a copy of the keyring and comes back after a rotation of the
// master key dropped the slot. His master key opens nothing in the files, and his epoch keys open
// no current bucket. Before the rotation the same search finds everything.
#include <catch2/catch.hpp>

#include "tests/crash/adversary.h"
#include "tests/crash/old_master.h"

namespace coffer::test::revoked_test {
namespace {

// The keys that a key file and a keyring give.
struct Holder {
  format::StoreId store{};
  crypto::Key master;
  std::map<std::uint64_t, crypto::Key> epochs;

  Holder(const std::string& keyring_path, const KeySource& source, std::size_t slot_index) {
    const auto ring = open_keyring(keyring_path, source);
    store = ring->store_id();
    const auto stored = ring->stored_epochs();
    for (const std::uint64_t epoch : *stored) {
      const auto key = ring->epoch_key(epoch);
      epochs.emplace(epoch, crypto::Key::copy_of((*key)->view()));
    }
    const Bytes file = read_whole_file(keyring_path);
    const auto place = format::master_place(0);
    const auto frame = format::decode_frame(ByteView(file).subspan(place.offset, place.bytes));
    const auto table = format::decode_master(frame.value().payload);
    const auto material = keys::obtain(source);
    const format::KeySlot& slot = table.value().slots.at(slot_index);
    master = keys::unwrap_master(material.value(), {store, slot.number}, slot).value();
  }
};

// How many of the store's bucket keys the holder's epoch keys open.
int buckets_opened(const ScratchStore& scratch, const Holder& holder) {
  const auto ring = open_keyring(scratch.file("keyring"), scratch.key());
  const records::Cipher cipher(*ring);
  const auto environment = storage::Environment::open(scratch.path(), {});
  must(environment.ok(), "Environment::open");
  storage::ReadTxn txn(*environment);
  must(txn.renew().ok(), "renew");
  int opened = 0;
  for (unsigned number = 0; number < format::kBucketCount; ++number) {
    const auto bucket = static_cast<std::uint8_t>(number);
    const auto record = txn.get(storage::Table::buckets, {&bucket, 1}).value();
    must(record.has_value(), "a bucket");
    for (const auto& [epoch, key] : holder.epochs)
      opened += cipher.unwrap_bucket(bucket, *record, key, epoch).ok();
  }
  return opened;
}

std::string found_in(const ScratchStore& scratch, const Holder& holder) {
  for (const char* name : {"keyring", "data.mdb"}) {
    const std::string found =
        keys_under(holder.master, holder.store, read_whole_file(scratch.file(name)));
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace

TEST_CASE("a slot that was given up opens nothing, even with the keyring of its time") {
  ScratchStore scratch;
  const std::string key_path = scratch.directory.in("second.key");
  REQUIRE(create_key_file(key_path).ok());
  const KeySource second = KeySource::file(key_path);
  Store store = scratch.open();
  REQUIRE(store.put("a", Value::opaque("kept")).ok());
  REQUIRE(store.keys().add(second).ok());
  const std::string before = scratch.directory.in("keyring-before");
  std::filesystem::copy_file(scratch.file("keyring"), before);
  const Holder revoked(before, second, 1);
  CHECK(found_in(scratch, revoked) == "the root secret");
  CHECK(buckets_opened(scratch, revoked) == 256);
  // Had the rotation not erased the old epoch's slot, the search would find its key.
  const Bytes old_file = read_whole_file(before);
  REQUIRE(store.keys().rotate({.without = {2}}).ok());
  CHECK(found_in(scratch, revoked).empty());
  CHECK(buckets_opened(scratch, revoked) == 0);
  const Bytes file = read_whole_file(scratch.file("keyring"));
  Bytes not_erased = file;
  const auto slot = format::epoch_place(1, 0);
  std::copy_n(old_file.begin() + static_cast<std::ptrdiff_t>(slot.offset), slot.bytes,
              not_erased.begin() + static_cast<std::ptrdiff_t>(slot.offset));
  CHECK(keys_under(revoked.master, revoked.store, not_erased) == "the key of epoch 1");
  // The same search finds everything with a slot that stayed.
  const Holder stayed(scratch.file("keyring"), scratch.key(), 0);
  CHECK(found_in(scratch, stayed) == "the root secret");
  CHECK(buckets_opened(scratch, stayed) == 256);
}

}  // namespace coffer::test::revoked_test
