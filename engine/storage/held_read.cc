// A reader that keeps its snapshot between uses, within limits: LMDB reuses no page that the
// oldest reader may see, so every snapshot that is kept makes the file grow.
#include <lmdb.h>

#include "base/check.h"
#include "storage/lmdb_error.h"
#include "storage/txn.h"

namespace coffer::storage {
namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::uint64_t file_bytes(MDB_env* env, const MDB_envinfo& info) {
  MDB_stat stat;
  mdb_env_stat(env, &stat);
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

}  // namespace

// A moving map waits until `active_` is false. It does not wait for a held reader but ends it.
void ReadTxn::hold(const HoldLimits& limits) {
  COFFER_CHECK(txn_ != nullptr && active_.load() && !held_.load());
  environment_->keeper_->add();
  MDB_envinfo info;
  mdb_env_info(environment_->env_, &info);
  const std::lock_guard lock(use_mutex_);
  limits_ = limits;
  held_since_ms_ = steady_ms();
  held_file_bytes_ = file_bytes(environment_->env_, info);
  given_up_ = false;
  environment_->held_count_.fetch_add(1);
  held_.store(true);
  active_.store(false, std::memory_order_release);
}

Result<ReadTxn::Use> ReadTxn::use() {
  COFFER_TRY(environment_->check_usable());
  Use use(use_mutex_);
  if (!given_up_ && is_outlived()) give_up();
  if (given_up_)
    return Error(ErrorCode::busy, "the snapshot was given up: too much has changed since",
                 "take a new one; OpenOptions::snapshot_commits_max sets how long one may last");
  MDB_envinfo info;
  mdb_env_info(environment_->env_, &info);
  use.moved_ = info.me_last_txnid != id();
  return use;
}

// The environment is open here: closing it first gives up every held reader.
bool ReadTxn::is_outlived() const {
  COFFER_CHECK(!given_up_ && environment_->env_ != nullptr);
  MDB_envinfo info;
  mdb_env_info(environment_->env_, &info);
  if (info.me_last_txnid > id() + limits_.commits_max) return true;
  if (steady_ms() - held_since_ms_ > limits_.age_max_ms) return true;
  const std::uint64_t room = std::max(limits_.growth_max_bytes, held_file_bytes_);
  return file_bytes(environment_->env_, info) > held_file_bytes_ + room;
}

void ReadTxn::give_up() {
  COFFER_CHECK(!given_up_ && txn_ != nullptr);
  mdb_txn_reset(txn_);
  given_up_ = true;
}

void ReadTxn::give_up_where_outlived() {
  // A reader in use is left to the next look or the next use.
  const std::unique_lock lock(use_mutex_, std::try_to_lock);
  if (lock.owns_lock() && !given_up_ && is_outlived()) give_up();
}

void ReadTxn::end_hold() {
  const std::lock_guard lock(use_mutex_);
  if (!given_up_) give_up();
}

void Environment::look_at_held_readers() {
  const std::lock_guard lock(readers_mutex_);
  for (ReadTxn* reader : readers_)
    if (reader->held_.load()) reader->give_up_where_outlived();
}

}  // namespace coffer::storage
