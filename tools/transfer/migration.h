// Copies secrets from one store to another, with their history and users; from a whole store also
// its configs, settings and policy.
// After a power cut the target has whole batches and the source is complete: secrets are removed
// from the source only after all of them are verified in the target. A second run skips what is
// there and continues with the rest.
#pragma once

#include <coffer/store.h>

#include <functional>
#include <string>
#include <vector>

namespace coffer::tools {

struct MigrationWishes {
  std::string prefix;          ///< A secret or folder; "": everything.
  bool skip_existing = false;  ///< Keep differing secrets in the target; else refuse them.
  bool dry_run = false;
  bool delete_source = false;
};

struct MigrationReport {
  std::vector<std::string> created, unchanged, skipped;
  std::vector<std::string> managed;  ///< Not copied: made by checks, stages, replaced configs.
  std::vector<std::string> removed;  ///< From the source.
  std::vector<std::string> kept;     ///< Changed or used in the source since, so not removed.
};

using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// Tries everything before the first secret is written, so that a refusal then has changed nothing.
/// Reports a config as config:ID. Errors: conflict (the target has a different secret), corrupt
/// (the target reads back differently), as Transaction::restore, as Snapshot's reads.
Result<MigrationReport> migrate(Store& source, Store& target, const MigrationWishes& wishes,
                                const Progress& progress);

}  // namespace coffer::tools
