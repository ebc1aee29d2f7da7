// What wraps the DEKs of a bucket's records: the bucket's own key, or, where the bucket was
// split, the keys of its 256 leaves, which stand sealed under the bucket's key. So a
// destruction in a large store gives one leaf a new key, not one bucket of 256.
#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <vector>

#include "crypto/key.h"
#include "format/limits.h"
#include "format/records.h"

namespace coffer::records {

/// A bucket's key with the epoch it was made in.
struct BucketKey {
  crypto::Key key;
  std::uint64_t made_in_epoch = 0;
};

/// One of the two, seen; valid while its owner lives.
struct WrappingKey {
  crypto::KeyView key;
  std::uint64_t made_in_epoch;
};

/// The keys of a split bucket's leaves. Random, never derived: what is derived cannot be erased.
class LeafKeys {
 public:
  LeafKeys() : keys_(format::kLeafCount), made_in_epochs_(format::kLeafCount) {}
  static LeafKeys random(std::uint64_t epoch);
  LeafKeys clone() const;
  /// Gives one leaf a new key.
  void renew(std::uint8_t leaf, std::uint64_t epoch);
  void set(std::uint8_t leaf, std::uint64_t made_in_epoch, ByteView key);
  WrappingKey at(std::uint8_t leaf) const { return {keys_.view(leaf), made_in_epochs_[leaf]}; }
  /// Called before at(leaf) is: of 65,536 keys few are in the processor's cache.
  void prefetch(std::uint8_t leaf) const {
    __builtin_prefetch(keys_.view(leaf).data());
    __builtin_prefetch(&made_in_epochs_[leaf]);
  }

 private:
  crypto::KeyBlock keys_;
  std::vector<std::uint64_t> made_in_epochs_;
};

/// All that a bucket's DEKs are wrapped by; `leaves` is null while the bucket is whole.
struct BucketKeys {
  const BucketKey* bucket = nullptr;
  const LeafKeys* leaves = nullptr;
  WrappingKey of(const format::PathHash& hash) const {
    if (leaves != nullptr) return leaves->at(hash[1]);
    return {bucket->key.view(), bucket->made_in_epoch};
  }
};

/// What a shredding gives new keys: buckets, and of those that were split the leaves. A split
/// bucket without a leaf gets a new key for itself alone.
using LeafSet = std::bitset<format::kLeafCount>;
using KeysToRenew = std::map<std::uint8_t, LeafSet>;

}  // namespace coffer::records
