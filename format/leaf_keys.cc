#include "format/leaf_keys.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

constexpr std::size_t kEpochBytes = 8;
constexpr std::size_t kEntryBytes = kEpochBytes + kKeyBytes;
static_assert(kEntryBytes * kLeafCount == kLeafKeysBytes);

Error malformed() { return {ErrorCode::corrupt, "the record of a bucket's leaves is malformed"}; }

}  // namespace

SecretBytes encode_leaves(const Leaves& leaves) {
  Bytes pending;
  for (const std::uint16_t leaf : leaves.pending) {
    pending.push_back(static_cast<std::uint8_t>(leaf >> 8));
    pending.push_back(static_cast<std::uint8_t>(leaf));
  }
  SecretBytes out;
  WireWriter<SecretBytes> writer(out);
  if (leaves.any()) writer.bytes(1, leaves.split);
  writer.bytes(2, pending);
  return out;
}

Result<Leaves> decode_leaves(ByteView bytes) {
  Leaves leaves;
  ByteView pending;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: {
        const ByteView split = reader.want_bytes(leaves.split.size());
        if (reader.ok()) std::copy(split.begin(), split.end(), leaves.split.begin());
        break;
      }
      case 2: pending = reader.want_some_bytes(); break;
      default: return Error(ErrorCode::too_new, "the record of leaves has an unknown field");
    }
  }
  if (!reader.ok() || !leaves.any() || pending.size() % 2 != 0 ||
      pending.size() > 2 * kPendingLeavesMax)
    return malformed();
  for (std::size_t at = 0; at < pending.size(); at += 2) {
    const auto leaf = static_cast<std::uint16_t>(pending[at] << 8 | pending[at + 1]);
    const bool rises = leaves.pending.empty() || leaf > leaves.pending.back();
    if (!rises || !leaves.is_split(pending[at])) return malformed();
    leaves.pending.push_back(leaf);
  }
  return leaves;
}

Result<void> check_leaf_keys(ByteView plain, std::uint64_t epoch) {
  if (plain.size() != kLeafKeysBytes) return malformed();
  for (std::size_t leaf = 0; leaf < kLeafCount; ++leaf) {
    const std::uint64_t made_in = leaf_made_in_epoch(plain, leaf);
    if (made_in == 0 || made_in > epoch) return malformed();
  }
  return {};
}

std::uint64_t leaf_made_in_epoch(ByteView plain, std::size_t leaf) {
  COFFER_CHECK(plain.size() == kLeafKeysBytes && leaf < kLeafCount);
  std::uint64_t epoch = 0;
  for (const std::uint8_t byte : plain.subspan(leaf * kEntryBytes, kEpochBytes))
    epoch = epoch << 8 | byte;
  return epoch;
}

ByteView leaf_key(ByteView plain, std::size_t leaf) {
  COFFER_CHECK(plain.size() == kLeafKeysBytes && leaf < kLeafCount);
  return plain.subspan(leaf * kEntryBytes + kEpochBytes, kKeyBytes);
}

void put_leaf_key(MutableByteView plain, std::size_t leaf, std::uint64_t made_in_epoch,
                  ByteView key) {
  COFFER_CHECK(plain.size() == kLeafKeysBytes && leaf < kLeafCount && key.size() == kKeyBytes);
  std::uint8_t* at = plain.data() + leaf * kEntryBytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    *at++ = static_cast<std::uint8_t>(made_in_epoch >> shift);
  std::memcpy(at, key.data(), kKeyBytes);
}

}  // namespace coffer::format
