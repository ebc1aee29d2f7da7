// Makes, reads and erases epoch keys. An epoch key exists only in the two places of its slot and,
// while the store uses it, in memory.
#include "base/digits.h"
#include "crypto/aead.h"
#include "keys/keyring/keyring.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kEpochsInMemory = 3;

Error not_held() {
  return {ErrorCode::not_found, "the keyring does not hold the key of this epoch"};
}

Result<format::EpochRecord> decode_copy(const Result<Bytes>& copy) {
  if (!copy) return copy.error();
  return format::decode_epoch(*copy);
}

}  // namespace

Bytes Keyring::epoch_context(std::uint64_t epoch, std::uint64_t generation) const {
  Bytes rest;
  append_big_endian(rest, epoch);
  append_big_endian(rest, generation);
  return format::seal_context(format::Domain::epoch_key, header_.store_id, rest);
}

// The first of the slot's copies that can be read.
Result<format::EpochRecord> Keyring::read_epoch_slot(std::uint64_t epoch) {
  const Copies copies = home_->read(epoch);
  auto first = decode_copy(copies[0]);
  if (first) return first;
  auto second = decode_copy(copies[1]);
  if (!second && is_out_of_reach(first.error().code())) return first;
  return second;
}

// The previous master key serves until a rotation is finished. A generation beyond ours means that
// another process has rotated the master key.
Result<Keyring::EpochKey> Keyring::open_epoch(const format::EpochRecord& record) {
  const std::uint64_t generation = record.master_generation;
  if (generation > generation_) {
    behind_ = true;
    return rotated_elsewhere();
  }
  const bool is_before = generation + 1 == generation_ && previous_key_;
  if (generation != generation_ && !is_before) return damaged_keyring();
  const crypto::Key& master_key = is_before ? *previous_key_ : master_key_;
  auto key = std::make_shared<crypto::Key>();
  if (!crypto::unwrap(master_key.view(), epoch_context(record.epoch, record.master_generation),
                      record.wrapped, key->mutable_bytes()))
    return damaged_keyring();
  return EpochKey(key);
}

Result<Keyring::EpochKey> Keyring::epoch_key(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (const auto known = epochs_.find(epoch); known != epochs_.end()) return known->second;
  const auto record = read_epoch_slot(epoch);
  if (!record && is_out_of_reach(record.error().code())) return record.error();
  if (!record || record->epoch != epoch) return not_held();
  EpochKey key = COFFER_TRY(open_epoch(*record));
  while (epochs_.size() >= kEpochsInMemory) epochs_.erase(epochs_.begin());
  epochs_[epoch] = key;
  return key;
}

Result<std::vector<std::uint64_t>> Keyring::stored_epochs() {
  const std::lock_guard lock(mutex_);
  std::vector<std::uint64_t> epochs;
  for (const std::uint64_t slot : {0, 1}) {
    const auto record = read_epoch_slot(slot);
    if (record) epochs.push_back(record->epoch);
    if (!record && is_out_of_reach(record.error().code())) return record.error();
  }
  return epochs;
}

// Reading the table for a change finds out whether another process has replaced the master key, and
// makes both copies equal, so that a power cut cannot take back the key that wraps the epoch.
Result<Keyring::EpochKey> Keyring::add_epoch(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  COFFER_TRY(read_table_for_change());
  return put_epoch(epoch);
}

Result<Keyring::EpochKey> Keyring::put_epoch(std::uint64_t epoch) {
  epochs_.erase(epoch);
  auto key = std::make_shared<crypto::Key>(crypto::Key::random());
  format::EpochRecord record;
  record.epoch = epoch;
  record.master_generation = generation_;
  crypto::wrap(master_key_.view(), epoch_context(epoch, generation_), key->view(), record.wrapped);
  COFFER_TRY(home_->write(epoch, format::encode_epoch(record)));
  return EpochKey(key);
}

Result<void> Keyring::put_first_epoch() {
  COFFER_TRY(add_epoch(1));
  return {};
}

Result<void> Keyring::erase_epochs_except(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  COFFER_TRY(home_->erase(epoch + 1));
  std::erase_if(epochs_, [epoch](const auto& entry) { return entry.first != epoch; });
  return {};
}

// Copies the copy that opens over the other. If neither opens, reading the epoch reports it.
Result<void> Keyring::repair_epoch(std::uint64_t slot) {
  for (const Result<Bytes>& copy : home_->read(slot)) {
    const auto record = decode_copy(copy);
    if (!record || !open_epoch(*record)) continue;
    return home_->make_equal(slot, *copy);
  }
  return {};
}

}  // namespace coffer::keys
