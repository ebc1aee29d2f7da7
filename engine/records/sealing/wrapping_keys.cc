#include "records/sealing/wrapping_keys.h"

#include <algorithm>

#include "crypto/random.h"

namespace coffer::records {

LeafKeys LeafKeys::random(std::uint64_t epoch) {
  LeafKeys leaves;
  crypto::system_random().fill(leaves.keys_.mutable_bytes());
  std::fill(leaves.made_in_epochs_.begin(), leaves.made_in_epochs_.end(), epoch);
  return leaves;
}

LeafKeys LeafKeys::clone() const {
  LeafKeys copy;
  for (std::size_t leaf = 0; leaf < format::kLeafCount; ++leaf)
    copy.set(static_cast<std::uint8_t>(leaf), made_in_epochs_[leaf], keys_.view(leaf));
  return copy;
}

void LeafKeys::renew(std::uint8_t leaf, std::uint64_t epoch) {
  crypto::system_random().fill(keys_.mutable_view(leaf));
  made_in_epochs_[leaf] = epoch;
}

void LeafKeys::set(std::uint8_t leaf, std::uint64_t made_in_epoch, ByteView key) {
  const MutableByteView to = keys_.mutable_view(leaf);
  std::copy(key.begin(), key.end(), to.begin());
  made_in_epochs_[leaf] = made_in_epoch;
}

}  // namespace coffer::records
