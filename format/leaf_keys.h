// Buckets that were split (SPEC.md section 6.5): the record of a bucket's leaf keys inside its
// seal, and the root's record of all leaves. This file uses no key.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "format/limits.h"

namespace coffer::format {

/// The root's record of leaves.
struct Leaves {
  std::array<std::uint8_t, kBucketCount / 8> split{};  ///< Buckets that have leaves.
  /// Leaves from which something was removed and not yet erased: bucket * 256 + leaf, rising.
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

/// Errors: corrupt (also a key of an epoch after `epoch`, the store's).
Result<void> check_leaf_keys(ByteView plain, std::uint64_t epoch);
// `plain` was checked before, or is kLeafKeysBytes long and to be filled.
std::uint64_t leaf_made_in_epoch(ByteView plain, std::size_t leaf);
ByteView leaf_key(ByteView plain, std::size_t leaf);
void put_leaf_key(MutableByteView plain, std::size_t leaf, std::uint64_t made_in_epoch,
                  ByteView key);

/// The key of a bucket's leaves in the table of buckets.
using LeafKeysKey = std::array<std::uint8_t, 2>;
inline LeafKeysKey leaf_keys_key(std::uint8_t bucket) { return {bucket, 1}; }

}  // namespace coffer::format
