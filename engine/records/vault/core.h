// What the handles of one open store share. Internal to records/vault.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audit/chain.h"
#include "keys/keyring/keyring.h"
#include "records/kept_records.h"
#include "records/root_record.h"
#include "records/store_clock.h"
#include "records/vault/anchor.h"
#include "records/vault/epochs.h"
#include "records/vault/refusals.h"
#include "records/vault/session.h"
#include "records/vault/vault.h"
#include "storage/environment.h"

namespace coffer::records {

/// Why a write that failed may be run again.
enum class Retry : std::uint8_t { none, more_room, erase_first };

/// One run of a write's body: what it may use, and what came of it beyond its answer.
struct Attempt {
  std::uint64_t room_bytes = storage::WriteTxn::kRoomBytes;
  Retry retry = Retry::none;
  std::vector<Noted> refused = {};  ///< What was refused, and is in no record yet.
  std::vector<Noted> reads = {};    ///< If it failed: the values that its body had been given.
  Seals seals = {};                 ///< For what its commit destroyed.
};

/// Those who wait for a commit of anybody.
class Waiters {
 public:
  /// This process has made a commit.
  void commit_was_made() { changed_.notify_all(); }
  /// Everybody's wait is over, whatever was committed.
  void wake();

 private:
  friend class Vault;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t wakes_ = 0;  // Under mutex_.
};

class Vault::Core {
 public:
  Core(std::shared_ptr<storage::Environment> environment, std::unique_ptr<keys::Keyring> keyring,
       const OpenOptions& options);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  /// Tells the anchor what it is to be told at closing.
  ~Core();

  const std::string& directory() const { return environment_->directory(); }
  storage::Environment& environment() { return *environment_; }
  keys::Keyring& keyring() { return *keyring_; }
  const Cipher& cipher() const { return cipher_; }
  const audit::Chain& chain() const { return chain_; }
  const StoreClock& clock() const { return clock_; }
  const Means& means() const { return means_; }
  Anchor& anchor() { return anchor_; }
  Waiters& waiters() { return waiters_; }
  const storage::HoldLimits& hold_limits() const { return hold_limits_; }
  /// What erasing an epoch key is worth where they are kept.
  std::string erase_promise() const;
  void warn(const char* what, std::string_view detail) const {
    if (log_) log_("warn", what, detail);
  }

  /// A session that sees the newest snapshot. Errors: busy (no reader slot), io, corrupt,
  /// rolled_back.
  Result<std::unique_ptr<Session>> begin_read();
  void end_read(std::unique_ptr<Session> session);
  Result<format::Root> committed_root() const {
    return records::committed_root(cipher_, environment_);
  }

  Result<WriteReport> write(const Body& body, const Caller& caller, Attempt& attempt,
                            const Intent* intent);

  // Records of what was read or refused: see auditing.cc.
  Result<void> record_alone(const std::vector<Noted>& items, const Caller& caller);
  /// What a reader has seen, as a commit of its own, before it is handed on. Errors: as a write.
  Result<void> record_reads(const std::vector<Noted>& reads, const Caller& caller);
  /// After a refused change was undone: a record of its own, which may fail unnoticed, or one
  /// together with others later on.
  void record_refused(const std::vector<Noted>& items, const Caller& caller);
  /// A record of its own of what failed with `error`.
  void record_failure(const Error& error, const Caller& caller, std::vector<Noted> items);
  /// Writes the refusals that were gathered, in a commit of its own.
  void write_gathered();

  // At open: see recovery.cc.
  /// Finishes what a crash left undone. Errors: io, corrupt, rolled_back.
  Result<void> recover(const Caller& caller);
  Result<void> finish_master_rotation(const Caller& caller);
  /// Once a day, and never a reason to stay shut.
  void note_key_use();

 private:
  Result<void> refresh(Session& session);
  Result<bool> lacks_values(const storage::Txn& txn) const;
  Result<WriteReport> attempt_write(const Body& body, const Caller& caller, Attempt& attempt,
                                    const Intent* intent);
  Result<void> commit(storage::WriteTxn& txn, Writing& writing, format::Root& root, bool shreds,
                      const Caller& caller, Attempt& attempt);
  /// Puts what a transaction noted into the audit log, in that transaction; `names_user`: whom a
  /// policy took the actor for as well.
  Result<void> append_audit(storage::WriteTxn& txn, const Writing& writing, format::Root& root,
                            const std::vector<Noted>& noted, const Actor& actor,
                            bool names_user) const;
  Result<void> append_records(storage::WriteTxn& txn, Writing& writing, format::Root& root,
                              const CarriedRefusals& carried, const Actor& actor) const;
  void hand_out(ShredReceipt& receipt, const Seals& seals, const Caller& caller);
  Result<void> repair_keyring();

  std::shared_ptr<storage::Environment> environment_;
  std::unique_ptr<keys::Keyring> keyring_;
  Cipher cipher_;
  audit::Chain chain_;
  LogSink log_;
  storage::HoldLimits hold_limits_;
  StoreClock clock_;
  KeptRecords kept_;
  Means means_;
  SessionPool sessions_;
  Epochs epochs_;
  GatheredRefusals refusals_;
  Anchor anchor_;
  Waiters waiters_;
};

}  // namespace coffer::records
