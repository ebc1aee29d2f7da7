// The change feed: what happened to a store's secrets and configs, in order, without values.
//
// It is read from the audit log: a revision is the number of a commit, and a change one item
// of its records. A reader that keeps the last revision (and index) that it has handled gets
// everything after it, at least once, across restarts and whichever process changed the store.
// Asking for what retention has removed from the audit log is an error, never a silent gap.
#pragma once

#include <coffer/error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

struct Change {
  std::uint64_t revision = 0;
  std::uint32_t index = 0;  ///< Its place in its revision; a filter leaves gaps.
  std::int64_t at_ms = 0;
  std::string path;           ///< For a config its id.
  std::uint64_t version = 0;  ///< For a config its revision; 0: none.
  std::string what;           ///< The action of an AuditItem.
  /// The error, if it was refused; only with ChangeFilter::refused.
  std::optional<ErrorCode> refused_with = {};
};

inline constexpr std::uint32_t kWholeRevision = UINT32_MAX;

struct ChangeFilter {
  std::string prefix = {};  ///< This path and what is below it; empty: any.
  /// The changes of `after_revision` itself that come after this index are returned too.
  std::uint32_t after_index = kWholeRevision;
  /// Also what changed nothing: reads, which are in the log only while StoreSettings::audit_reads
  /// is on; and refusals, of which equal ones may have become one change (<coffer/audit.h>).
  bool reads = false;
  bool refused = false;
};

struct ChangeBatch {
  std::vector<Change> changes;
  /// Everything up to this revision has been returned: go on after it.
  std::uint64_t revision = 0;
  bool more = false;  ///< The limit ended the batch, not the log.
};

}  // namespace coffer
