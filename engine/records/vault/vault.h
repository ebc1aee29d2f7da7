// One open store: begins and commits transactions, and shreds after those that destroyed something.
// It knows records by table and key; only the floor above knows what they mean.
#pragma once

#include <coffer/anchor.h>
#include <coffer/audit.h>
#include <coffer/changes.h>
#include <coffer/clock.h>
#include <coffer/options.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "records/notes.h"
#include "records/reading.h"
#include "records/vault/session.h"
#include "records/writing.h"

namespace coffer::keys {
class Keyring;
}

namespace coffer::records {

/// The results of a write that its body does not know.
struct WriteReport {
  std::uint64_t sequence = 0;  ///< The commit's; the last commit's if nothing was changed.
  AnchorCadence anchor = AnchorCadence::automatic;  ///< `automatic`: no anchor.
  ShredReceipt receipt;  ///< What was erased; the text is empty if nothing was.
  std::uint64_t versions_rewrapped = 0;
};

/// Describes a change of the key slots for the audit log.
struct KeyChange {
  format::Action action = format::Action::key_rewrap;
  int slot = 0;  ///< 0: all slots, or not known yet.
  /// The commit also begins an epoch, whose key the new master key wraps.
  bool new_epoch = false;
};

/// The actor that a vault acts for, and the receiver of receipts.
struct Caller {
  struct Receipts {
    std::mutex mutex;
    ReceiptSink sink;  // Under mutex.
  };
  Actor actor = {};
  std::shared_ptr<Receipts> receipts = std::make_shared<Receipts>();
};

/// Called before a store is accepted although its anchor does not vouch for it. Errors: the reason
/// for a refusal.
using AcceptGuard = std::function<Result<void>(const Reading&)>;

/// Errors: usage (control characters), limit (too long, too many groups).
Result<void> check_actor(const Actor& actor);

/// An open store for one caller. The vaults that as() makes for other callers share the store, and
/// the last one closes it. Thread-safe.
class Vault {
 public:
  /// Fills an empty directory with the files of a new store; the caller moves the directory into
  /// place.
  /// Errors: usage (no AES instructions), limit, io, those of Keyring::create().
  static Result<void> create(const std::string& directory, const std::vector<KeySource>& keys,
                             const CreateOptions& options);
  /// Opens a store and finishes what a crash interrupted.
  /// Errors: no_store, corrupt, too_new, rolled_back, wrong_key,
  /// key_unavailable, io, failed, those of `guard`.
  static Result<Vault> open(const std::string& directory, const std::vector<KeySource>& keys,
                            const OpenOptions& options, const AcceptGuard& guard);
  /// The same open store for another actor, to whom the audit log attributes its writes.
  /// Errors: as check_actor().
  Result<Vault> as(const Actor& actor) const;
  Vault(Vault&&) noexcept = default;
  Vault& operator=(Vault&&) = delete;
  ~Vault() = default;

  /// Calls `body(const Reading&)` with one consistent snapshot and returns its answer, a Result of
  /// any type. If a read must be recorded and cannot be, returns the error instead of the answer.
  /// Errors: busy (no reader slot), io, corrupt, those of `body`, those of write().
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const Reading&> {
    std::unique_ptr<Session> session = COFFER_TRY(begin_read());
    const Reading reading = reading_of(*session);
    auto answer = body(reading);
    auto recorded = end_read(std::move(session), reading);
    if (answer && !recorded) return std::move(recorded).error();
    return answer;
  }

  using Body = std::function<Result<void>(Writing&)>;
  /// Runs `body` as the only writer of all processes, and commits if it returns no error. When this
  /// returns, the commit is durable and destroyed values are shredded. `body` may run again from
  /// the start, in a fresh transaction (for example if the map had to grow), so it must not rely on
  /// running once. Records refusals; `intent` names the call if all of it was refused.
  Result<WriteReport> write(const Body& body, Intent* intent = nullptr);
  /// Records a refused call, unless write() has recorded it. Use recorded().
  void record_refusal(Intent& intent, const Error& error);

  /// Reads the store first, because a forked child could still read the keyring, which is a
  /// separate file. Errors: failed.
  Result<keys::Keyring*> keyring();
  /// Changes the keyring so that the audit log cannot miss it. Runs `check` without a lock; makes
  /// a durable record that a change begins; runs `change` under the write lock; records the result
  /// in the commit that follows. A failure is recorded too. `change` runs until it succeeds once.
  /// Errors: those of `check`, `change` and write().
  Result<WriteReport> change_keys(const KeyChange& what, const std::function<Result<void>()>& check,
                                  const std::function<Result<std::vector<KeyChange>>()>& change);
  /// Finishes a rotation of the master key that a crash interrupted, if there is one.
  Result<void> finish_master_rotation();
  /// Sets the receiver of receipts for this vault, and for those that as() makes from it later.
  void on_receipt(ReceiptSink sink);
  Result<ReceiptInfo> verify_receipt(std::string_view text);

  // The rollback anchor (<coffer/anchor.h>).
  Result<void> set_anchor(std::string_view uri, AnchorCadence cadence, Intent* intent);
  Result<void> remove_anchor(Intent* intent);
  Result<void> update_anchor();
  Result<std::optional<AnchorInfo>> anchor();

  Result<Status> status();
  /// The latest time that this process saw, or the clock's time if it is later.
  std::int64_t now_ms() const;

  // The audit log (<coffer/audit.h>).
  Result<std::vector<AuditRecord>> audit_list(const AuditFilter& filter);
  Result<AuditVerifyReport> audit_verify();
  Result<AuditPruneReport> audit_prune(const AuditPruneOptions& options);
  /// Removes the audit records that the store's settings do not keep.
  Result<void> audit_retain();

  // The change feed (<coffer/changes.h>).
  Result<ChangeBatch> changes(std::uint64_t after_revision, const ChangeFilter& filter,
                              std::size_t limit);
  Result<std::uint64_t> wait_for_changes(std::uint64_t after_revision, std::int64_t timeout_ms);
  void wake_waiting();

 protected:
  /// Call before a read() of the audit log: another process may have made the table after this one
  /// opened the store, and LMDB shows it only after a commit of this process.
  Result<void> bring_audit_into_sight();

 private:
  friend class HeldReading;
  class Core;
  Vault(std::shared_ptr<Core> core, Caller caller);
  static Result<void> fill_new(const std::string& directory, keys::Keyring& keyring,
                               const CreateOptions& options, const Clock& clock);
  Result<std::unique_ptr<Session>> begin_read();
  Reading reading_of(Session& session) const {
    return {*means_,       session.txn,          *session.keys,       session.root,
            caller_.actor, session.audits_reads, session.policy.get()};
  }
  Result<void> end_read(std::unique_ptr<Session> session, const Reading& reading);
  /// Records what was read, and the time if a reader saw something expired.
  Result<void> settle_read(std::int64_t known_ms, const Reading& reading);
  Result<void> anchor_at(std::string_view uri, AnchorCadence cadence, Intent* intent);
  Result<void> check_accepted(const OpenOptions& options, const Error& doubt,
                              const AcceptGuard& guard);
  Result<void> accept_store(AnchorDoubt doubt);
  Result<AuditPruneReport> prune_up_to(std::uint64_t last);
  std::shared_ptr<Core> core_;
  const Means* means_;
  Caller caller_;
};

}  // namespace coffer::records
