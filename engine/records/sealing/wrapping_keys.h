// The keys that wrap the DEKs of a bucket's records: the bucket's own key, or, in a split bucket,
// the keys of its 256 leaves, which are sealed under the bucket's key. So a destruction in a large
// store renews one leaf, not the whole bucket.
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

/// A view of a bucket's key or of a leaf's key; valid while its owner lives.
struct WrappingKey {
  crypto::KeyView key;
  std::uint64_t made_in_epoch;
};

/// The leaf keys of a split bucket. Random, never derived: a derived key cannot be erased.
class LeafKeys {
 public:
  LeafKeys() : keys_(format::kLeafCount), made_in_epochs_(format::kLeafCount) {}
  static LeafKeys random(std::uint64_t epoch);
  LeafKeys clone() const;
  /// Gives one leaf a new key.
  void renew(std::uint8_t leaf, std::uint64_t epoch);
  void set(std::uint8_t leaf, std::uint64_t made_in_epoch, ByteView key);
  WrappingKey at(std::uint8_t leaf) const { return {keys_.view(leaf), made_in_epochs_[leaf]}; }
  /// Call some time before at(leaf): few of 65,536 keys are in the processor's cache.
  void prefetch(std::uint8_t leaf) const {
    __builtin_prefetch(keys_.view(leaf).data());
    __builtin_prefetch(&made_in_epochs_[leaf]);
  }

 private:
  crypto::KeyBlock keys_;
  std::vector<std::uint64_t> made_in_epochs_;
};

/// The keys that wrap a bucket's DEKs; `leaves` is null if the bucket is not split.
struct BucketKeys {
  const BucketKey* bucket = nullptr;
  const LeafKeys* leaves = nullptr;
  WrappingKey of(const format::PathHash& hash) const {
    if (leaves != nullptr) return leaves->at(hash[1]);
    return {bucket->key.view(), bucket->made_in_epoch};
  }
};

/// The buckets, and the leaves of split ones, that a shredding gives new keys. A split bucket
/// without leaves in the set gets only a new key of its own.
using LeafSet = std::bitset<format::kLeafCount>;
using KeysToRenew = std::map<std::uint8_t, LeafSet>;

}  // namespace coffer::records
