// The rollback anchor of one open store (SPEC.md section 7.2): checked before anything of the store
// is used, told of commits after they are durable.
//
// Never the other way round: a power cut between a commit and its anchor leaves the anchor behind
// the store, which is no reason to refuse; an anchor ahead of the store would shut the owner out.
// A file's mark is taken under the write lock, so that it is the newest commit's and marks never
// go back. A TPM's counter c is raised only to what a durable root says already: the root is
// committed with c + 1 first, and whoever finds root c + 1 and counter c, under the lock, raises
// it. Were it raised outside the lock, two at once could raise it past the root.
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

/// Thread-safe. What it is made with outlives it.
class Anchor {
 public:
  /// `location`: where the caller says that it is; empty: where the root says.
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

  /// Before anything of the store is used or written; `found` is its root. Errors: rolled_back,
  /// and what kept it from being known: key_unavailable, corrupt, io.
  Result<void> check(format::Root found);
  /// The store was opened against its anchor's word. Until that is accepted the anchor is told
  /// nothing.
  void set_doubted(bool is_doubted) { is_doubted_ = is_doubted; }
  /// A commit was made that the anchor has yet to be told of.
  void set_behind() { is_behind_ = true; }

  /// Makes the anchor tell of the newest commit. Takes the write lock. Errors: as its medium;
  /// rolled_back.
  Result<void> advance();
  /// Tells the anchor of a commit, as far as its cadence asks for that. An anchor that cannot be
  /// told falls behind, and the log says so.
  void keep(AnchorCadence cadence, bool has_erased);
  /// The same for what was left to do before.
  void catch_up();
  /// The same where the store is closed. Errors: as advance().
  Result<void> close();
  /// Power cut before: the root is durable with one more than the counter; the next open is here.
  Result<void> raise_counter();

  std::string location() const;
  void move_to(std::string_view uri);
  /// Where the anchor of the store with this root is.
  Result<keys::AnchorMedium> medium_of(const format::Root& root) const;
  /// What is known of the anchor, which `root` has. Errors: as its medium.
  Result<AnchorInfo> info(const format::Root& root) const;

  // Another store's anchor, or whatever else stands in the file, is neither written over nor
  // removed: that other store would be shut, or guarded no more.
  /// Errors: corrupt (there is a file, and it is not this store's anchor), io.
  Result<void> check_ours(const keys::AnchorMedium& medium) const;
  /// Errors: conflict (the same).
  Result<void> check_free(const keys::AnchorMedium& medium) const;
  /// Errors: usage (inside the store's directory).
  Result<void> check_place(const keys::AnchorMedium& medium) const;
  /// Writes the mark of `root` into a file. Power cut: the former mark, or this one.
  Result<void> replace_mark(const keys::AnchorMedium& medium, const format::Root& root,
                            const format::AnchorId& id) const;
  /// Removes the file of a former anchor, which no root names any more.
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
  std::atomic<bool> is_behind_{false};  // Further than its cadence allows for good.
  std::atomic<bool> is_doubted_{false};
};

}  // namespace coffer::records
