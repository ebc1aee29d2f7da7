// The rollback anchor of one open store (SPEC.md section 7.2): checked before the store is used,
// and updated after a commit is durable.
//
// This order matters: a power cut between the commit and the update leaves the anchor behind the
// store, and the store still opens. An anchor ahead of the store would lock the owner out. A file's
// mark is written under the write lock, so that it is the newest commit's mark and marks never go
// back. A TPM's counter never passes a durable root: the root is committed with c + 1 first; a
// process that then finds root c + 1 and counter c, under the write lock, raises the counter.
// Without the lock, two processes could raise it past the root.
#pragma once

#include <coffer/anchor.h>
#include <coffer/options.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "format/records.h"
#include "keys/media/anchor_medium.h"
#include "records/sealing/cipher.h"
#include "records/store_clock.h"
#include "storage/environment.h"
#include "storage/txn.h"

namespace coffer::records {

/// Thread-safe. The arguments of the constructor must outlive it.
class Anchor {
 public:
  /// `location`: the anchor's URI from the caller; empty: the root names the anchor.
  Anchor(const std::shared_ptr<storage::Environment>& environment, const Cipher& cipher,
         const crypto::Key& key, const StoreClock& clock, LogSink log, std::string location)
      : environment_(environment),
        cipher_(cipher),
        key_(key),
        clock_(clock),
        log_(std::move(log)),
        location_(std::move(location)) {}
  Anchor(const Anchor&) = delete;
  Anchor& operator=(const Anchor&) = delete;

  /// Call before the store is used or written; `found` is its root. Errors: rolled_back;
  /// key_unavailable, corrupt, io (the anchor cannot be read).
  Result<void> check(format::Root found);
  /// Whether the store was opened although its anchor does not vouch for it. A doubted anchor is
  /// not updated until the store is accepted.
  void set_doubted(bool is_doubted) { is_doubted_ = is_doubted; }
  /// Call after a commit that the anchor does not know yet.
  void set_behind() { is_behind_ = true; }

  /// Updates the anchor to the newest commit. Takes the write lock. Errors: those of the medium,
  /// rolled_back.
  Result<void> advance();
  /// Updates the anchor after a commit if the cadence asks for it. If this fails, the anchor falls
  /// behind and the log says so.
  void keep(AnchorCadence cadence, bool has_erased);
  /// Updates an anchor that is behind. A failure is only logged.
  void catch_up();
  /// Updates an anchor that is behind when the store is closed. Errors: as advance().
  Result<void> close();
  /// Raises the counter to the durable root. Power cut before: the next open raises it.
  Result<void> raise_counter();

  std::string location() const;
  void move_to(std::string_view uri);
  /// The medium of the anchor of the store with this root.
  Result<keys::AnchorMedium> medium_of(const format::Root& root) const;
  /// Describes the anchor that `root` names. Errors: those of the medium.
  Result<AnchorInfo> info(const format::Root& root) const;

  // A file that is not this store's anchor is neither overwritten nor removed: another store may
  // need it to open.
  /// Errors: corrupt (the file exists and is not this store's anchor), io.
  Result<void> check_ours(const keys::AnchorMedium& medium) const;
  /// Errors: conflict (the file exists and is not this store's anchor), io.
  Result<void> check_free(const keys::AnchorMedium& medium) const;
  /// Errors: usage (inside the store's directory).
  Result<void> check_place(const keys::AnchorMedium& medium) const;
  /// Writes the mark of `root` into a file. Power cut: the file holds the former mark or this one.
  Result<void> replace_mark(const keys::AnchorMedium& medium, const format::Root& root,
                            const format::AnchorId& id) const;
  /// Removes the file of a former anchor, which the root no longer names.
  void remove_mark(std::string_view uri) const;

 private:
  Result<void> check_of(const format::Root& before);
  Result<void> compare_mark(const format::Root& root, const format::AnchorMark& mark) const;
  Result<format::AnchorMark> open_mark(ByteView content) const;
  Bytes seal_mark(const format::Root& root, const format::AnchorId& id) const;

  const std::shared_ptr<storage::Environment>& environment_;
  const Cipher& cipher_;
  const crypto::Key& key_;
  const StoreClock& clock_;
  const LogSink log_;
  mutable std::mutex mutex_;
  std::string location_;                // Under mutex_.
  std::atomic<bool> is_behind_{false};  // Behind the store, more than the cadence allows.
  std::atomic<bool> is_doubted_{false};
};

}  // namespace coffer::records
