// Buckets that were split (SPEC.md section 6.5): the keys of a bucket's leaves as they stand
// inside their seal, and what the root says of all leaves. No key is used here.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "format/limits.h"

namespace coffer::format {

/// What the root says of leaves.
struct Leaves {
  std::array<std::uint8_t, kBucketCount / 8> split{};  ///< Buckets that have leaves.
  /// Removed from, not yet erased: bucket * 256 + leaf, rising.
  std::vector<std::uint16_t> pending = {};

  bool is_split(std::uint8_t bucket) const { return (split[bucket / 8] >> (bucket % 8) & 1) != 0; }
  void set_split(std::uint8_t bucket) {
    split[bucket / 8] = static_cast<std::uint8_t>(split[bucket / 8] | 1U << (bucket % 8));
  }
  bool any() const { return split != decltype(split){}; }
};
SecretBytes encode_leaves(const Leaves& leaves);
/// Errors: corrupt, too_new.
Result<Leaves> decode_leaves(ByteView bytes);

/// Errors: corrupt. `epoch` is the store's: no leaf's key was made in a later one.
Result<void> check_leaf_keys(ByteView plain, std::uint64_t epoch);
// Of `plain` that was checked, or, to be filled, has kLeafKeysBytes.
std::uint64_t leaf_made_in_epoch(ByteView plain, std::size_t leaf);
ByteView leaf_key(ByteView plain, std::size_t leaf);
void put_leaf_key(MutableByteView plain, std::size_t leaf, std::uint64_t made_in_epoch,
                  ByteView key);

/// Its key in the table of buckets.
using LeafKeysKey = std::array<std::uint8_t, 2>;
inline LeafKeysKey leaf_keys_key(std::uint8_t bucket) { return {bucket, 1}; }

}  // namespace coffer::format
