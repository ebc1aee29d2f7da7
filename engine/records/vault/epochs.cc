#include "records/vault/epochs.h"

#include "keys/keyring/keyring.h"

namespace coffer::records {

Result<std::shared_ptr<EpochKeys>> Epochs::keys_of(std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (newest_ && newest_->epoch() == epoch) return newest_;
  auto key = keyring_.epoch_key(epoch);
  if (!key) {
    if (key.error().code() == ErrorCode::not_found) return missing(epoch);
    return std::move(key).error();
  }
  auto made = std::make_shared<EpochKeys>(cipher_, epoch, std::move(*key));
  if (!newest_ || newest_->epoch() < epoch) {
    newest_ = made;
    sessions_.let_go_before(epoch);
  }
  return made;
}

// The data file names an epoch that the keyring does not hold: one of the two files is older.
Error Epochs::missing(std::uint64_t epoch) {
  if (auto held = environment_.look_at_files(); !held) return std::move(held).error();
  auto stored = keyring_.stored_epochs();
  if (!stored) return std::move(stored).error();
  if (stored->empty())
    return {ErrorCode::corrupt, "the keyring has no epoch key",
            "restore the keyring file from a copy of the same day as the data file"};
  for (const std::uint64_t other : *stored) {
    if (other > epoch)
      return {
          ErrorCode::rolled_back, "the data file is older than the keyring",
          "a copy from before the last destruction does not open: put the newer data file back"};
  }
  return {ErrorCode::rolled_back, "the keyring is older than the data file",
          "put the newer keyring file back"};
}

}  // namespace coffer::records
