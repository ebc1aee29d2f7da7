// The bucket keys of one epoch, each unwrapped when it is first needed.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "records/sealing/cipher.h"
#include "storage/txn.h"

namespace coffer::records {

/// The bucket keys of an epoch never change, because a new bucket key begins a new epoch: a key
/// that was unwrapped once serves every snapshot of the epoch. A bucket is split once, and its leaf
/// keys then change only with its own key: they serve every snapshot whose root says that the
/// bucket is split. All 65,536 leaf keys take 2 MiB of locked memory. Thread-safe.
class EpochKeys {
 public:
  EpochKeys(const Cipher& cipher, std::uint64_t epoch, keys::Keyring::EpochKey key)
      : cipher_(cipher), epoch_(epoch), key_(std::move(key)) {}
  ~EpochKeys() {
    for (auto& bucket : buckets_) delete bucket.load();
    for (auto& leaves : leaves_) delete leaves.load();
  }
  EpochKeys(const EpochKeys&) = delete;
  EpochKeys& operator=(const EpochKeys&) = delete;

  std::uint64_t epoch() const { return epoch_; }
  const crypto::Key& epoch_key() const { return *key_; }
  /// `txn` must be a snapshot of this epoch. Errors: corrupt, io.
  Result<const BucketKey*> bucket(std::uint8_t number, const storage::Txn& txn) {
    if (const BucketKey* known = buckets_[number].load(std::memory_order_acquire)) return known;
    return load(number, txn);
  }
  /// `txn` must be a committed snapshot of this epoch in which the bucket is split.
  Result<const LeafKeys*> leaves(std::uint8_t bucket, const storage::Txn& txn) {
    if (const LeafKeys* known = leaves_[bucket].load(std::memory_order_acquire)) return known;
    return load_leaves(bucket, txn);
  }
  /// Brings this hash's key into the processor's cache while the caller looks for the record.
  void prefetch(const format::PathHash& hash) const {
    if (const LeafKeys* known = leaves_[hash[0]].load(std::memory_order_acquire))
      known->prefetch(hash[1]);
  }

 private:
  Result<const BucketKey*> load(std::uint8_t number, const storage::Txn& txn);
  Result<const LeafKeys*> load_leaves(std::uint8_t bucket, const storage::Txn& txn);
  const Cipher& cipher_;
  std::uint64_t epoch_;
  keys::Keyring::EpochKey key_;
  std::mutex mutex_;
  std::array<std::atomic<const BucketKey*>, format::kBucketCount> buckets_{};
  std::array<std::atomic<const LeafKeys*>, format::kBucketCount> leaves_{};
};

}  // namespace coffer::records
