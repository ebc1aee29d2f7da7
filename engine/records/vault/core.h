// The state that the handles of one open store share. Internal to records/vault.
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

/// One run of a write's body: its room in the map, and its results besides the returned one.
struct Attempt {
  std::uint64_t room_bytes = storage::WriteTxn::kRoomBytes;
  Retry retry = Retry::none;
  std::vector<Noted> refused = {};  ///< Refusals that no record contains yet.
  std::vector<Noted> reads = {};    ///< After a failure: the values that the body was given.
  Seals seals = {};                 ///< The seals of what the commit destroyed.
};

/// Wakes the threads that wait for a commit.
class Waiters {
 public:
  /// Call after a commit of this process.
  void commit_was_made() { changed_.notify_all(); }
  /// Ends all waits, with or without a commit.
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
  /// Writes the gathered refusals and updates the anchor.
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
  /// How reliably an epoch key can be erased in the place that holds it.
  std::string erase_promise() const;
  void warn(const char* what, std::string_view detail) const {
    if (log_) log_("warn", what, detail);
  }

  /// Returns a session with the newest snapshot. Errors: busy (no reader slot), io, corrupt,
  /// rolled_back.
  Result<std::unique_ptr<Session>> begin_read();
  void end_read(std::unique_ptr<Session> session);
  Result<format::Root> committed_root() const {
    return records::committed_root(cipher_, environment_);
  }

  Result<WriteReport> write(const Body& body, const Caller& caller, Attempt& attempt,
                            const Intent* intent);

  // Audit records of reads and refusals: see auditing.cc.
  Result<void> record_alone(const std::vector<Noted>& items, const Caller& caller);
  /// Records the values that a reader got, in a commit of its own, before the caller gets them.
  /// Errors: as write().
  Result<void> record_reads(const std::vector<Noted>& reads, const Caller& caller);
  /// Call after a refused change was undone: records the refusals now, or together with others
  /// later. A failure is only logged.
  void record_refused(const std::vector<Noted>& items, const Caller& caller);
  /// Records `items` as refused with `error`, in a commit of its own.
  void record_failure(const Error& error, const Caller& caller, std::vector<Noted> items);
  /// Writes the gathered refusals, in a commit of its own.
  void write_gathered();

  // Called at open.
  /// Finishes what a crash left undone. Errors: io, corrupt, rolled_back.
  Result<void> recover(const Caller& caller);
  Result<void> finish_master_rotation(const Caller& caller);
  /// Notes the use of the key once a day. A failure is only logged.
  void note_key_use();

 private:
  Result<void> refresh(Session& session);
  Result<bool> lacks_values(const storage::Txn& txn) const;
  Result<WriteReport> attempt_write(const Body& body, const Caller& caller, Attempt& attempt,
                                    const Intent* intent);
  Result<void> commit(storage::WriteTxn& txn, Writing& writing, format::Root& root, bool shreds,
                      const Caller& caller, Attempt& attempt);
  /// Appends the notes to the audit log, within the transaction. `names_user`: records also the
  /// user that the policy identified.
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
