// The change feed: what happened to a store's secrets and configs, in order, without values.
//
// It is read from the audit log: a revision is the number of a commit, and a change one item
// of its records. Whoever keeps the last revision (and index) it has dealt with is told
// everything after it, at least once, across restarts and whichever process changed the
// store. What retention removed from the audit log cannot be told any more: asking for
// it is an error, never a silent gap.
#pragma once

#include <coffer/error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

struct Change {
  std::uint64_t revision = 0;
  std::uint32_t index = 0;  ///< Among the items of its revision; a filter leaves gaps.
  std::int64_t at_ms = 0;
  std::string path;           ///< Of a config its id.
  std::uint64_t version = 0;  ///< Of a config its revision; 0: none.
  std::string what;           ///< The action of an AuditItem.
  /// Where nothing came of it, with what it was refused; asked for by ChangeFilter::refused.
  std::optional<ErrorCode> refused_with = {};
};

inline constexpr std::uint32_t kWholeRevision = UINT32_MAX;

struct ChangeFilter {
  std::string prefix = {};  ///< This path and what is below it; empty: any.
  /// Of `after_revision` itself, what stands behind this index is told too.
  std::uint32_t after_index = kWholeRevision;
  /// What changed nothing, besides: reads, which are in the log only while
  /// StoreSettings::audit_reads is on; and what was refused, of which equal ones may have become
  /// one event (<coffer/audit.h>).
  bool reads = false;
  bool refused = false;
};

struct ChangeBatch {
  std::vector<Change> changes;
  /// Everything up to this revision has been told: ask on after it.
  std::uint64_t revision = 0;
  bool more = false;  ///< The limit ended the batch, not the log.
};

}  // namespace coffer
