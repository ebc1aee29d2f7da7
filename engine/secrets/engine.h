// One open store: where transactions begin, commit and, where they destroyed
// something, shred.
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
#include <vector>

#include "base/answer_of.h"
#include "secrets/clock_acceptance.h"
#include "secrets/transaction.h"

namespace coffer::keys {
class Keyring;
}

namespace coffer::secrets {

/// What a write did beyond what its body knows.
struct WriteReport {
  std::uint64_t sequence = 0;  ///< Of the commit; the last one's where nothing was changed.
  AnchorCadence anchor = AnchorCadence::automatic;  ///< How the anchor is told; so: there is none.
  ShredReceipt receipt;  ///< What is gone; its text is empty where nothing was erased.
  std::uint64_t versions_rewrapped = 0;
};

/// What a caller is about, for the record of its refusal: a whole public call.
struct Intent {
  format::Action action;
  std::string_view name;      ///< A path, a config's id, a slot's number; outlives the call.
  std::uint64_t version = 0;  ///< 0: none in particular.
  bool is_told = false;       ///< Its refusal is on record.
};

/// Asked before a value is handed out, where the store has a policy. Errors: what it is refused
/// with.
using ReadGuard = Result<void> (*)(const View& view, std::string_view path);
/// Asked before a store that its anchor does not vouch for is taken as it is. Errors: what that is
/// refused with.
using AcceptGuard = Result<void> (*)(const View& view);
/// For who knows of no policy: whatever there is one for is denied.
Result<void> deny_read(const View& view, std::string_view path);
Result<void> deny_accept(const View& view);

/// What a change of the key slots is, for the audit log.
struct KeyChange {
  format::Action action = format::Action::key_rewrap;
  int slot = 0;  ///< 0: all of them, or not known yet.
  /// The commit also brings an epoch key that is wrapped by the master key as it is then.
  bool new_epoch = false;
};

/// For whom an engine acts, and who hears of what is erased on the way.
struct Caller {
  struct Receipts {
    std::mutex mutex;
    ReceiptSink sink;  // Under mutex.
  };
  Actor actor = {};
  std::shared_ptr<Receipts> receipts = std::make_shared<Receipts>();
};

class Engine {
 public:
  struct Impl;  ///< For the other files of this floor.
  /// Fills an empty directory with the files of a new store; the caller moves it into place.
  static Result<void> create(const std::string& directory, const std::vector<KeySource>& keys,
                             const CreateOptions& options);
  static Result<std::unique_ptr<Engine>> open(const std::string& directory,
                                              const std::vector<KeySource>& keys,
                                              const OpenOptions& options,
                                              AcceptGuard guard = deny_accept);
  /// The same open store for somebody else: what it writes is told to be the actor's.
  /// Errors: usage (control characters), limit (too long).
  Result<std::unique_ptr<Engine>> as(const Actor& actor) const;
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Runs `body` against one consistent snapshot, and returns what it answers.
  template <typename Body>
  auto read(const Body& body) -> std::invoke_result_t<const Body&, const View&> {
    return answer_of<const View&>([this](const auto& each) { return run_read(each); }, body);
  }
  /// Runs `body` alone among writers, of all processes, and commits what it did if it
  /// returned no error; durable, and shredded where it destroyed, when this returns.
  /// `body` may run again from the start, on a transaction that has not seen its first run
  /// (the map had to grow): it must not count on running once.
  /// What was refused goes on record, with `intent` where the whole of it was.
  Result<WriteReport> write(const std::function<Result<void>(Transaction&)>& body,
                            Intent* intent = nullptr);
  /// The record of a call that was refused, where write() has made none. Use recorded().
  void record_refusal(Intent& intent, const Error& error);
  /// One read of one secret: View::get without the detour.
  Result<Secret> get(std::string_view path, std::uint64_t version, ReadGuard guard = deny_read);

  /// The keyring is a file apart, which a forked child could still read: a look at the store
  /// tells it. Errors: failed.
  Result<keys::Keyring*> keyring();

  /// Changes the keyring so that the audit log cannot miss it: a record that it is begun, durable
  /// before; `change` under the write lock; and in the commit right behind it a record of what it
  /// answers. What fails leaves a record of that. `check` is run before anything, without a
  /// lock; `change` until it succeeds, and then no more. Errors: theirs, those of write().
  Result<WriteReport> change_keys(const KeyChange& what, const std::function<Result<void>()>& check,
                                  const std::function<Result<std::vector<KeyChange>>()>& change);
  /// What a crash left undone of a new master key; nothing where there is nothing to do.
  Result<void> finish_master_rotation();
  /// Of what goes through this engine, and through those that are made of it from now on.
  void on_receipt(ReceiptSink sink);
  Result<ReceiptInfo> verify_receipt(std::string_view text);

  // The rollback anchor (<coffer/anchor.h>).
  Result<void> set_anchor(std::string_view uri, AnchorCadence cadence, Intent* intent);
  Result<void> remove_anchor(Intent* intent);
  Result<void> update_anchor();
  Result<std::optional<AnchorInfo>> anchor();

  Result<Status> status();
  Result<VerifyReport> verify();
  std::int64_t now_ms() const;

  /// Takes the clock's time for the store's (Store::accept_clock). Errors: usage (before 2020).
  Result<ClockAcceptance> accept_clock(Intent* intent, const NotesMover& move_notes);
  /// What that would change.
  Result<ClockAcceptance> try_clock();

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

 private:
  friend class View;
  friend class HeldView;
  Engine(std::shared_ptr<Impl> impl, Caller caller);
  Result<void> run_read(const std::function<Result<void>(const View&)>& body);
  static Result<void> fill_new(const std::string& directory, keys::Keyring& keyring,
                               const CreateOptions& options, const Clock& clock);
  Result<void> anchor_at(std::string_view uri, AnchorCadence cadence, Intent* intent);
  Result<void> check_accepted(const OpenOptions& options, const Error& doubt, AcceptGuard guard);
  Result<void> accept_store(AnchorDoubt doubt);
  Result<AuditPruneReport> prune_up_to(std::uint64_t last);
  Result<void> read_audit(const std::function<Result<void>(const View&)>& body);
  Result<ClockChange> clock_change();
  void note_expired(std::int64_t seen_ms, std::int64_t known_ms);
  std::shared_ptr<Impl> impl_;
  Caller caller_;
};

}  // namespace coffer::secrets
