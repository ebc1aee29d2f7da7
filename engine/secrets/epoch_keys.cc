#include "secrets/epoch_keys.h"

namespace coffer::secrets {

Result<const BucketKey*> EpochKeys::load(std::uint8_t number, const storage::Txn& txn) {
  const std::lock_guard lock(mutex_);
  if (const BucketKey* known = buckets_[number].load()) return known;
  const auto record = COFFER_TRY(txn.get(storage::Table::buckets, {&number, 1}));
  if (!record) return Error{ErrorCode::corrupt, "a bucket key is missing from the data file"};
  auto key = std::make_unique<BucketKey>(
      COFFER_TRY(cipher_.unwrap_bucket(number, *record, *key_, epoch_)));
  const BucketKey* kept = key.release();
  buckets_[number].store(kept, std::memory_order_release);
  return kept;
}

}  // namespace coffer::secrets
