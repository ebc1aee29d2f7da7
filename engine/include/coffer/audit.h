// The audit log: who did what to which secret, or was refused it.
//
// Every change of a store leaves a record in the same transaction, and every refused change leaves
// a record of its own. While a policy is in force, only the first 32 refusals of a caller in a
// minute are recorded at once. Later refusals are gathered in memory: equal ones as one with a
// count, and beyond 256 different ones of a caller in a minute without a name. They are written
// with the next commit of the process, when the log is read, or at closing; a process that is
// killed before loses them. Records name paths, never a value; they are sealed, and chained so that
// Audit::verify finds a record that was altered, dropped, moved or put back. Times are ms since
// 1970 UTC.
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
  /// "key.add", "key.remove", "key.rotate", "key.rewrap", "key.rekey", "key.begin" (`path`:
  /// which of these, `version`: the slot), "anchor.set", "anchor.remove",
  /// "anchor.accept", "audit.prune", "clock.accept", "read", "policy.put" (`version`: its
  /// revision); in refusals only: "look" (at a name, a config, settings), "audit.look"
  std::string action;
  std::string path;           ///< For a config its id, for a key its slot's number.
  std::uint64_t version = 0;  ///< For a config its revision; 0: none.
  std::uint64_t count = 1;    ///< How often; more than 1 only for gathered refusals.
};

struct AuditRecord {
  std::uint64_t number = 0;    ///< 1, 2, 3 ... without a gap.
  std::uint64_t sequence = 0;  ///< The commit's; records of one large commit share it.
  std::int64_t at_ms = 0;
  std::uint32_t uid = 0;
  std::uint32_t pid = 0;
  std::string program;
  std::string actor;  ///< The label that the caller gave itself.
  std::string user;   ///< The user that the policy went by; empty: no policy was in force.
  std::string reason;
  std::string correlation;
  bool allowed = true;
  ErrorCode code = ErrorCode::failed;  ///< If refused: the error.
  std::vector<AuditItem> items;
};

struct AuditFilter {
  enum class Outcome : std::uint8_t { any, allowed, refused };

  std::string path = {};      ///< Exactly this path; empty: any.
  std::string prefix = {};    ///< This path and what is below it; empty: any.
  std::string action = {};    ///< Empty: any. Errors: usage (no such action).
  std::string actor = {};     ///< The label; empty: any.
  std::string user = {};      ///< The user that the policy went by; empty: any.
  std::int64_t since_ms = 0;  ///< At or after.
  std::int64_t until_ms = 0;  ///< Before; 0: no end.
  Outcome outcome = Outcome::any;
  std::uint64_t after_number = 0;  ///< Only records after this one.
  std::size_t limit = 0;           ///< 0: as many as there are.
  bool newest = false;             ///< With a limit: the last records that fit, not the first.
};

struct AuditVerifyReport {
  std::uint64_t records = 0;  ///< Whole records, from the first kept.
  std::uint64_t first = 0;    ///< The first number kept; 0: the log is empty.
  std::uint64_t last = 0;
  std::uint64_t broken = 0;  ///< The first broken record's number; 0: none.
  std::string problem;       ///< Empty: the chain is whole.
};

/// Exactly one of the two.
struct AuditPruneOptions {
  std::optional<std::int64_t> before_ms = {};  ///< Removes records from before this time.
  /// Keeps this many of the newest records; refusals are not counted.
  std::optional<std::uint64_t> keep_records = {};
};

struct AuditPruneReport {
  std::uint64_t removed = 0;
  std::uint64_t first_kept = 0;
};

/// What happened to an open store: its audit log, the change feed that is read from it
/// (<coffer/changes.h>), and receipts of what was erased. Store::audit() makes it.
class COFFER_API Audit : public Facet {
 public:
  /// Records in the order of their numbers. Errors: usage (no such action), corrupt (number()
  /// = the damaged record).
  Result<std::vector<AuditRecord>> list(const AuditFilter& filter = {});
  /// Checks the whole chain, and names the first record where it is broken.
  Result<AuditVerifyReport> verify();
  /// Removes the oldest records; verify() still checks the rest. The removal is recorded too.
  /// Errors: usage (not one of the two options), corrupt (the chain is broken; nothing was
  /// removed).
  Result<AuditPruneReport> prune(const AuditPruneOptions& options);

  /// What happened after a revision, in order; whole revisions, until `limit` changes are reached.
  /// Revision 0: from the beginning. Errors: not_found (no longer kept; number() = the first
  /// revision to ask after), rolled_back (the store has not come so far), corrupt.
  Result<ChangeBatch> changes(std::uint64_t after_revision, const ChangeFilter& filter = {},
                              std::size_t limit = 1000);
  /// Sleeps until any process has written the store past a revision, `timeout_ms` is over, or
  /// wake() is called. Returns the store's revision at that time. A revision may have no changes.
  Result<std::uint64_t> wait(std::uint64_t after_revision, std::int64_t timeout_ms);
  /// Ends every wait() on this open store. Not for signal handlers.
  void wake();

  /// Calls `sink` for everything that any call erases through the Store that made this object, or
  /// through a Store that its `as` makes from now on; {}: no sink. Another Store of the same open
  /// store calls only its own sink.
  void on_receipt(ReceiptSink sink);
  /// Checks a receipt's text byte for byte; line ends after it are ignored. Errors: usage (not a
  /// receipt), corrupt (altered, or another store's), rolled_back (this store is older than the
  /// receipt, or still holds something that the receipt says is gone).
  Result<ReceiptInfo> verify_receipt(std::string_view text);

 private:
  using Facet::Facet;
};

}  // namespace coffer
