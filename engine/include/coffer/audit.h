// The audit log: who did what to which secret, or was refused it.
//
// Every change of a store leaves a record in the same transaction, and every refused change
// one of its own. While a policy is in force only the first 32 refusals of a caller in a minute
// are on record at once; those beyond them are gathered in memory, equal ones as one with a count
// (beyond 64 names of a caller in a minute without a name), and written with the next commit of the
// process, when the log is read, or at closing: a process that is killed before takes them along.
// Records name paths, never a value; they are sealed, and chained so that one that was altered,
// dropped, moved or brought back is found (Audit::verify). Times are ms since 1970 UTC.
#pragma once

#include <coffer/actor.h>
#include <coffer/changes.h>
#include <coffer/error.h>
#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer {

struct AuditItem {
  /// "put", "delete", "undelete", "destroy", "expire", "trim", "erase", "expiry", "metadata",
  /// "move", "copy", "rollback", "patch", "settings", "config.put", "config.delete",
  /// "config.check", "config.stage", "config.abandon", "config.end_check", "ref.add", "ref.remove",
  /// "key.add", "key.remove", "key.rotate", "key.rewrap", "key.rekey", "key.begin" (of which of
  /// these stands in `path`, the slot in `version`), "anchor.set", "anchor.remove",
  /// "anchor.accept", "audit.prune", "clock.accept", "read", "policy.put" (`version`: its
  /// revision); of refusals only: "look" (at a name, a config, settings), "audit.look"
  std::string action;
  std::string path;           ///< Of a config its id, of a key its slot's number.
  std::uint64_t version = 0;  ///< Of a config its revision; 0: none.
  std::uint64_t count = 1;    ///< How often: of refusals that were gathered only, more than once.
};

struct AuditRecord {
  std::uint64_t number = 0;    ///< 1, 2, 3 ... without a gap.
  std::uint64_t sequence = 0;  ///< Of the commit; records of one large commit share it.
  std::int64_t at_ms = 0;
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::string program;
  std::string actor;  ///< The label that the caller gave itself.
  std::string user;   ///< Whom the policy took the caller for; empty: no policy was in force.
  std::string reason;
  std::string correlation;
  bool allowed = true;
  ErrorCode code = ErrorCode::failed;  ///< Where it was refused: with what.
  std::vector<AuditItem> items;
};

struct AuditFilter {
  enum class Outcome : std::uint8_t { any, allowed, refused };

  std::string path = {};      ///< Exactly this one; empty: any.
  std::string prefix = {};    ///< This one and what is below it; empty: any.
  std::string action = {};    ///< Empty: any. Errors: usage where there is no such action.
  std::string actor = {};     ///< The label; empty: any.
  std::string user = {};      ///< Whom the policy took the caller for; empty: any.
  std::int64_t since_ms = 0;  ///< At or after.
  std::int64_t until_ms = 0;  ///< Before; 0: no end.
  Outcome outcome = Outcome::any;
  std::uint64_t after_number = 0;  ///< Only records behind this one.
  std::size_t limit = 0;           ///< 0: no bound, but memory.
  bool newest = false;             ///< With a limit: the last ones that fit, not the first.
};

struct AuditVerifyReport {
  std::uint64_t records = 0;  ///< Whole ones, from the first kept.
  std::uint64_t first = 0;    ///< The first number kept; 0: there is none.
  std::uint64_t last = 0;
  std::uint64_t broken = 0;  ///< The first broken record's number; 0 where `problem` is empty.
  std::string problem;       ///< Empty: the chain is whole.
};

struct AuditPruneOptions {
  std::optional<std::int64_t> before_ms = {};  ///< Records from before this time go,
  /// or all but what holds the newest so many of what was done: refusals do not count.
  std::optional<std::uint64_t> keep_records = {};
};

struct AuditPruneReport {
  std::uint64_t removed = 0;
  std::uint64_t first_kept = 0;
};

/// What happened to an open store: its audit log, the change feed that is read from it
/// (<coffer/changes.h>), and receipts of what was erased. By Store::audit().
class COFFER_API Audit : public Facet {
 public:
  /// Records in the order of their numbers. Errors: usage (no such action), corrupt (number()
  /// = the damaged record).
  Result<std::vector<AuditRecord>> list(const AuditFilter& filter = {});
  /// Checks the whole chain, and names the first record where it is broken.
  Result<AuditVerifyReport> verify();
  /// Removes the oldest records; what is left stays provable. The removal is recorded too. Errors:
  /// usage (not one of the two options), corrupt (the chain is broken; nothing was removed).
  Result<AuditPruneReport> prune(const AuditPruneOptions& options);

  /// What happened after a revision, in order; whole revisions, until `limit` is reached.
  /// Revision 0: from the beginning. Errors: not_found (no longer kept; number() = the revision
  /// from which on it is), rolled_back (the store has not come so far), corrupt.
  Result<ChangeBatch> changes(std::uint64_t after_revision, const ChangeFilter& filter = {},
                              std::size_t limit = 1000);
  /// Sleeps until the store, whichever process writes it, is past a revision, and answers its
  /// revision then; after `timeout_ms`, or when woken, its revision at that time. A revision may
  /// have no changes.
  Result<std::uint64_t> wait(std::uint64_t after_revision, std::int64_t timeout_ms);
  /// Ends every wait() of this open store that is under way. Not for signal handlers.
  void wake();

  /// Calls `sink` for everything that is erased through the Store that made this, whichever call
  /// erases it, and through the Stores that its `as` makes from now on; {} for nobody. Another
  /// Store of the same open store calls its own sink alone.
  void on_receipt(ReceiptSink sink);
  /// Checks a receipt's text, exact to the byte but for line ends behind it. Errors: usage (no
  /// receipt), corrupt (altered, or another store's), rolled_back (this store is older than the
  /// receipt, or something that the receipt says is gone lives here).
  Result<ReceiptInfo> verify_receipt(std::string_view text);

 private:
  using Facet::Facet;
};

}  // namespace coffer
