#include "secrets/sweep.h"

#include <algorithm>
#include <set>
#include <utility>

namespace coffer::secrets {
namespace {

// One epoch change a batch: large enough to share its cost, small enough to let others in.
constexpr std::size_t kBatch = 512;

Result<bool> is_referenced(const View& view, const Pending& pending) {
  const auto references = COFFER_TRY(view.references_to(pending.path));
  return std::any_of(references.begin(), references.end(), [&](const Reference& reference) {
    return reference.version == 0 || reference.version == pending.version;
  });
}

Result<std::vector<Pending>> find_due(const View& view, std::int64_t grace_ms, std::size_t limit) {
  auto found = COFFER_TRY(view.due(Pending::Why::expiry, view.now_ms(), limit));
  std::set<std::pair<std::string, std::uint64_t>> expired;
  for (const Pending& pending : found) expired.emplace(pending.path, pending.version);
  for (Pending& pending :
       COFFER_TRY(view.due(Pending::Why::unreachable, view.now_ms() - grace_ms, limit))) {
    // What is both expired and unreachable is destroyed once.
    if (expired.contains({pending.path, pending.version})) continue;
    // Whatever refers to it by now keeps it, whatever the index says.
    if (!COFFER_TRY(is_referenced(view, pending))) found.push_back(std::move(pending));
  }
  return found;
}

SweptVersion to_swept(const Pending& pending) {
  return {pending.path, pending.version,
          pending.why == Pending::Why::expiry ? "expired" : "unreachable"};
}

// Names of minted secrets of which nothing but tombstones is left, long enough.
Result<void> forget(Engine& engine) {
  for (;;) {
    std::size_t found = 0;
    COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
      const auto batch = COFFER_TRY(txn.due(Pending::Why::forget, txn.now_ms(), kBatch));
      found = batch.size();
      for (const Pending& pending : batch) {
        if (!COFFER_TRY(txn.exists(pending.path))) continue;  // A sibling version was in the batch.
        const auto versions = COFFER_TRY(txn.history(pending.path));
        const bool gone = std::all_of(versions.begin(), versions.end(),
                                      [](const VersionInfo& info) { return info.destroyed; });
        COFFER_TRY(gone ? txn.erase(pending.path)
                        : txn.stop_forgetting(pending.path, pending.version));
      }
      return {};
    }));
    if (found < kBatch) return {};
  }
}

}  // namespace

Result<SweepReport> sweep(Engine& engine, const SweepOptions& options) {
  SweepReport report;
  report.dry_run = options.dry_run;
  if (options.dry_run) {
    COFFER_TRY(engine.read([&](const View& view) -> Result<void> {
      for (const Pending& pending :
           COFFER_TRY(find_due(view, options.grace_ms, std::size_t{1} << 24)))
        report.swept.push_back(to_swept(pending));
      return {};
    }));
    return report;
  }
  COFFER_TRY(forget(engine));
  for (;;) {
    std::vector<Pending> batch;
    COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
      batch = COFFER_TRY(find_due(txn, options.grace_ms, kBatch));
      for (const Pending& pending : batch) COFFER_TRY(txn.destroy(pending.path, {pending.version}));
      return {};
    }));
    for (const Pending& pending : batch) report.swept.push_back(to_swept(pending));
    if (batch.size() < kBatch) return report;
  }
}

}  // namespace coffer::secrets
