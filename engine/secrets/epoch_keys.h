// The bucket keys of one epoch, unwrapped as they are first needed.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>

#include "secrets/cipher.h"
#include "storage/txn.h"

namespace coffer::secrets {

/// An epoch's bucket keys never change: a new key for any bucket is a new epoch. So what was
/// unwrapped once serves every snapshot of that epoch. Thread-safe.
class EpochKeys {
 public:
  EpochKeys(const Cipher& cipher, std::uint64_t epoch, keys::Keyring::EpochKey key)
      : cipher_(cipher), epoch_(epoch), key_(std::move(key)) {}
  ~EpochKeys() {
    for (auto& bucket : buckets_) delete bucket.load();
  }
  EpochKeys(const EpochKeys&) = delete;
  EpochKeys& operator=(const EpochKeys&) = delete;

  std::uint64_t epoch() const { return epoch_; }
  const crypto::Key& epoch_key() const { return *key_; }
  /// `txn` is a snapshot of this epoch. Errors: corrupt, io.
  Result<const BucketKey*> bucket(std::uint8_t number, const storage::Txn& txn) {
    if (const BucketKey* known = buckets_[number].load(std::memory_order_acquire)) return known;
    return load(number, txn);
  }

 private:
  Result<const BucketKey*> load(std::uint8_t number, const storage::Txn& txn);
  const Cipher& cipher_;
  std::uint64_t epoch_;
  keys::Keyring::EpochKey key_;
  std::mutex mutex_;
  std::array<std::atomic<const BucketKey*>, format::kBucketCount> buckets_{};
};

}  // namespace coffer::secrets
