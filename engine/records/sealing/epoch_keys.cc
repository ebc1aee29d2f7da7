#include "records/sealing/epoch_keys.h"

namespace coffer::records {

Result<const BucketKey*> EpochKeys::load(std::uint8_t number, const storage::Txn& txn) {
  const std::lock_guard lock(mutex_);
  if (const BucketKey* known = buckets_[number].load()) return known;
  const auto record = COFFER_TRY(txn.get(storage::Table::buckets, {&number, 1}));
  if (!record) return Error(ErrorCode::corrupt, "a bucket key is missing from the data file");
  auto key = std::make_unique<BucketKey>(
      COFFER_TRY(cipher_.unwrap_bucket(number, *record, *key_, epoch_)));
  const BucketKey* kept = key.release();
  buckets_[number].store(kept, std::memory_order_release);
  return kept;
}

Result<const LeafKeys*> EpochKeys::load_leaves(std::uint8_t bucket, const storage::Txn& txn) {
  const BucketKey* key = COFFER_TRY(this->bucket(bucket, txn));
  const std::lock_guard lock(mutex_);
  if (const LeafKeys* known = leaves_[bucket].load()) return known;
  const auto sealed = COFFER_TRY(txn.get(storage::Table::buckets, format::leaf_keys_key(bucket)));
  if (!sealed)
    return Error(ErrorCode::corrupt,
                 "the keys of a bucket's leaves are missing from the data file");
  auto leaves =
      std::make_unique<LeafKeys>(COFFER_TRY(cipher_.open_leaves(bucket, *key, *sealed, epoch_)));
  const LeafKeys* kept = leaves.release();
  leaves_[bucket].store(kept, std::memory_order_release);
  return kept;
}

}  // namespace coffer::records
