// Secrets on their way from one store to another, with their history and who uses them, and of a
// whole store its configs, settings and policy too: explicit, resumable, verified.
//
// A power cut leaves the target with whole batches, each of them verified or not, and the
// source as it was: secrets are removed there only when all of them are in the target. Who
// starts again finds the finished ones unchanged and goes on with the rest.
#pragma once

#include <coffer/store.h>

#include <functional>
#include <string>
#include <vector>

namespace coffer::tools {

struct MigrationWishes {
  std::string prefix;          ///< A secret or folder; "": everything.
  bool skip_existing = false;  ///< What stands in the target and differs stays; else refused.
  bool dry_run = false;
  bool delete_source = false;
};

struct MigrationReport {
  std::vector<std::string> created, unchanged, skipped;
  std::vector<std::string> managed;  ///< Left: of checks, stages, replaced.
  std::vector<std::string> removed;  ///< From the source.
  std::vector<std::string> kept;     ///< Changed or used there meanwhile, so not removed.
};

using Progress = std::function<void(std::size_t done, std::size_t all)>;

/// All is tried before the first secret is written; what is refused then has changed nothing. A
/// config is reported as config:ID.
/// Errors: conflict (another secret stands in the target), corrupt (what was read back from the
/// target differs), as Transaction::restore, as Snapshot's reads.
Result<MigrationReport> migrate(Store& source, Store& target, const MigrationWishes& wishes,
                                const Progress& progress);

}  // namespace coffer::tools
