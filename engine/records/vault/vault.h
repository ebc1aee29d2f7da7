// One open store: where transactions begin, commit and, where they destroyed something, shred. It
// knows records by table and key; what they mean is the floor above's to know.
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

/// What a write did beyond what its body knows.
struct WriteReport {
  std::uint64_t sequence = 0;  ///< Of the commit; the last one's if nothing was changed.
  AnchorCadence anchor = AnchorCadence::automatic;  ///< The anchor's; `automatic`: there is none.
  ShredReceipt receipt;  ///< What is gone; its text is empty if nothing was erased.
  std::uint64_t versions_rewrapped = 0;
};

/// What a change of the key slots is, for the audit log.
struct KeyChange {
  format::Action action = format::Action::key_rewrap;
  int slot = 0;  ///< 0: all of them, or not known yet.
  /// The commit also brings an epoch key that is wrapped by the master key as it is then.
  bool new_epoch = false;
};

/// For whom a vault acts, and who hears of what is erased on the way.
struct Caller {
  struct Receipts {
    std::mutex mutex;
    ReceiptSink sink;  // Under mutex.
  };
  Actor actor = {};
  std::shared_ptr<Receipts> receipts = std::make_shared<Receipts>();
};

/// Asked before a store that its anchor does not vouch for is taken as it is. Errors: why it is
/// refused.
using AcceptGuard = std::function<Result<void>(const Reading&)>;

/// Errors: usage (control characters), limit (too long, too many groups).
Result<void> check_actor(const Actor& actor);

/// An open store for one caller. Copies for other callers, made by as(), share the store: it is
/// closed with the last of them. Thread-safe.
class Vault {
 public:
  /// Fills an empty directory with the files of a new store; the caller moves it into place.
  /// Errors: usage (no AES instructions), limit, io, those of Keyring::create().
  static Result<void> create(const std::string& directory, const std::vector<KeySource>& keys,
                             const CreateOptions& options);
  /// Finishes what a crash left undone. Errors: no_store, corrupt, too_new, rolled_back, wrong_key,
  /// key_unavailable, io, failed, those of `guard`.
  static Result<Vault> open(const std::string& directory, const std::vector<KeySource>& keys,
                            const OpenOptions& options, const AcceptGuard& guard);
  /// The same open store for somebody else: what it writes is told to be the actor's.
  /// Errors: usage (control characters), limit (too long).
  Result<Vault> as(const Actor& actor) const;
  Vault(Vault&&) noexcept = default;
  Vault& operator=(Vault&&) = delete;
  ~Vault() = default;

  /// Runs `body(const Reading&)` against one consistent snapshot, and answers what it answers: a
  /// Result of any type. Errors: busy (no reader slot), io, corrupt, those of `body`; of the record
  /// of what was read, which fails closed.
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
  /// Runs `body` alone among writers, of all processes, and commits what it did if it
  /// returned no error; durable, and shredded where it destroyed, when this returns.
  /// `body` may run again from the start, on a transaction that has not seen its first run
  /// (the map had to grow): it must not count on running once.
  /// What was refused goes on record, with `intent` where the whole of it was.
  Result<WriteReport> write(const Body& body, Intent* intent = nullptr);
  /// The record of a call that was refused, where write() has made none. Use recorded().
  void record_refusal(Intent& intent, const Error& error);

  /// The keyring is a file apart, which a forked child could still read: a look at the store
  /// tells it. Errors: failed.
  Result<keys::Keyring*> keyring();
  /// Changes the keyring so that the audit log cannot miss it: a record that it is begun, durable
  /// before; `change` under the write lock; and in the commit right behind it a record of what it
  /// answers. What fails leaves a record of that. `check` is run before anything, without a
  /// lock; `change` until it succeeds, and then no more. Errors: theirs, those of write().
  Result<WriteReport> change_keys(const KeyChange& what, const std::function<Result<void>()>& check,
                                  const std::function<Result<std::vector<KeyChange>>()>& change);
  /// Finishes what a crash left undone of a new master key; does nothing if there is nothing to do.
  Result<void> finish_master_rotation();
  /// For what goes through this vault, and through those that are made of it from now on.
  void on_receipt(ReceiptSink sink);
  Result<ReceiptInfo> verify_receipt(std::string_view text);

  // The rollback anchor (<coffer/anchor.h>).
  Result<void> set_anchor(std::string_view uri, AnchorCadence cadence, Intent* intent);
  Result<void> remove_anchor(Intent* intent);
  Result<void> update_anchor();
  Result<std::optional<AnchorInfo>> anchor();

  Result<Status> status();
  /// The latest time that this process saw, or the clock's if it is later.
  std::int64_t now_ms() const;

  // The audit log (<coffer/audit.h>).
  Result<std::vector<AuditRecord>> audit_list(const AuditFilter& filter);
  Result<AuditVerifyReport> audit_verify();
  Result<AuditPruneReport> audit_prune(const AuditPruneOptions& options);
  /// Removes what the store's settings do not keep.
  Result<void> audit_retain();

  // The change feed (<coffer/changes.h>).
  Result<ChangeBatch> changes(std::uint64_t after_revision, const ChangeFilter& filter,
                              std::size_t limit);
  Result<std::uint64_t> wait_for_changes(std::uint64_t after_revision, std::int64_t timeout_ms);
  void wake_waiting();

 protected:
  /// Before a read() of the audit log: another process may have made its table since this one
  /// opened the store; a commit of nothing then finds it.
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
  /// Writes down what was read, and a time that a reader was told to be over.
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
