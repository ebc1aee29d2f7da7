// Gives buckets and their leaves new keys and wraps the living DEKs below them again. A shredding
// renews the buckets that it touches; a store that has grown splits buckets into leaves.
#include <algorithm>

#include "records/sealing/split_threshold.h"
#include "records/writing.h"

namespace coffer::records {
namespace {

using storage::Table;

// The most records that one commit wraps again to split buckets: their pages stay in memory until
// the commit.
constexpr std::uint64_t kSplitRecordsMax = 65'536;

}  // namespace

// Rewraps every living record whose hash begins with `prefix`.
Result<void> Writing::rewrap_range(ByteView prefix, const BucketKeys& from, const BucketKeys& to) {
  storage::Cursor cursor = COFFER_TRY(storage::Cursor::open(txn_, Table::history));
  for (bool more = COFFER_TRY(cursor.seek(prefix)); more; more = COFFER_TRY(cursor.next())) {
    const ByteView key = cursor.key();
    if (key.size() != format::kHistoryKeyBytes)
      return Error(ErrorCode::corrupt, "the history table is damaged", Advice::verify_store);
    if (!std::equal(prefix.begin(), prefix.end(), key.begin())) break;
    const std::uint64_t version = format::version_of_history_key(key);
    if (version == 0) continue;
    const format::VersionRecord record = COFFER_TRY(format::decode_version(cursor.value()));
    if (record.header.is_destroyed()) continue;
    format::PathHash hash;
    std::copy_n(key.begin(), hash.size(), hash.begin());
    const Bytes rewrapped = COFFER_TRY(
        cipher().rewrap_version(hash, version, record, from.of(hash), record.header, to.of(hash)));
    COFFER_TRY(cursor.replace(rewrapped));
    ++versions_rewrapped_;
  }
  return {};
}

Result<void> Writing::put_leaves(std::uint8_t number, const BucketKey& bucket,
                                 const LeafKeys& leaves) {
  return txn_.put(Table::buckets, format::leaf_keys_key(number),
                  cipher().seal_leaves(number, bucket, leaves));
}

Result<bool> Writing::has_grown() const {
  return COFFER_TRY(txn_.count(Table::history)) >= split_at_records.load(std::memory_order_relaxed);
}

Result<WrappingKey> Writing::sealing_key(const format::PathHash& hash) {
  if (!root_.leaves.is_split(hash[0]) && COFFER_TRY(has_grown())) {
    const std::uint64_t in_bucket = COFFER_TRY(txn_.count(Table::history)) / format::kBucketCount;
    if (new_leaves_.empty() || (new_leaves_.size() + 1) * in_bucket <= kSplitRecordsMax)
      COFFER_TRY(split(hash[0]));
  }
  return wrapping_key(hash);
}

// The bucket keeps its key. Free pages still hold DEKs that this key wraps: the bucket's next
// renewal, which a destruction in the bucket causes, erases the key.
Result<void> Writing::split(std::uint8_t number) {
  const BucketKeys from = COFFER_TRY(bucket_keys(number));
  LeafKeys leaves = LeafKeys::random(root_.epoch);
  COFFER_TRY(rewrap_range({&number, 1}, from, {from.bucket, &leaves}));
  COFFER_TRY(put_leaves(number, *from.bucket, leaves));
  root_.leaves.set_split(number);
  changed_ = true;
  // Kept apart from the epoch's keys, which readers share: this commit may still fail.
  new_leaves_.emplace(number, std::move(leaves));
  own_leaves_ = &new_leaves_;
  return {};
}

Result<BucketKey> Writing::renew_bucket(std::uint8_t number, const LeafSet& which,
                                        std::uint64_t epoch) {
  const BucketKeys from = COFFER_TRY(bucket_keys(number));
  BucketKey fresh{crypto::Key::random(), epoch};
  if (from.leaves == nullptr && !COFFER_TRY(has_grown())) {
    COFFER_TRY(rewrap_range({&number, 1}, from, {&fresh, nullptr}));
    return fresh;
  }
  if (from.leaves == nullptr) {  // All its DEKs are wrapped again anyway: split it.
    const LeafKeys leaves = LeafKeys::random(epoch);
    COFFER_TRY(rewrap_range({&number, 1}, from, {&fresh, &leaves}));
    COFFER_TRY(put_leaves(number, fresh, leaves));
    root_.leaves.set_split(number);
    return fresh;
  }
  LeafKeys leaves = from.leaves->clone();
  for (std::size_t leaf = 0; leaf < which.size(); ++leaf) {
    if (!which.test(leaf)) continue;
    const std::uint8_t prefix[] = {number, static_cast<std::uint8_t>(leaf)};
    leaves.renew(prefix[1], epoch);
    COFFER_TRY(rewrap_range(prefix, from, {&fresh, &leaves}));
  }
  // Seal the leaf keys under the new bucket key even if no leaf was renewed: the old bucket key
  // goes.
  COFFER_TRY(put_leaves(number, fresh, leaves));
  return fresh;
}

}  // namespace coffer::records
