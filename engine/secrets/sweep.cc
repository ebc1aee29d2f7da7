#include "secrets/sweep.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "format/records.h"

namespace coffer::secrets {
namespace {

constexpr std::size_t kForgottenAtOnce = 512;
// How many entries of the time index are read to find versions under the same keys.
constexpr std::size_t kLookahead = 16'384;

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
    // A version that is both expired and unreachable is destroyed once.
    if (expired.contains({pending.path, pending.version})) continue;
    // A present reference keeps the version, whatever the index says.
    if (!COFFER_TRY(is_referenced(view, pending))) found.push_back(std::move(pending));
  }
  return found;
}

// Cuts `due` to what one transaction destroys; returns whether more is left.
bool cut_batch(const View& view, std::vector<Pending>& due, bool all_seen,
               const SweepLimits& limits) {
  const std::uint64_t in_bucket = view.record_count() / format::kBucketCount + 1;
  const std::uint64_t in_leaf = in_bucket / format::kLeafCount + 1;
  std::stable_sort(due.begin(), due.end(),
                   [](const Pending& a, const Pending& b) { return a.leaf < b.leaf; });
  std::uint64_t wrapped = 0;
  std::size_t end = 0;
  for (; end < due.size() && end < limits.versions; ++end) {
    const auto bucket = static_cast<std::uint8_t>(due[end].leaf >> 8);
    const bool is_split = view.is_split(bucket);
    const auto key = [&](const Pending& each) { return is_split ? each.leaf : each.leaf >> 8; };
    if (end != 0 && key(due[end]) == key(due[end - 1])) continue;
    wrapped += is_split ? in_leaf : in_bucket;
    if (end != 0 && wrapped > limits.records_wrapped) break;
  }
  const bool more = end < due.size() || !all_seen;
  due.resize(end);
  return more;
}

Result<SweptVersion> to_swept(const View& view, const Pending& pending) {
  SweptVersion swept{pending.path, pending.version,
                     pending.why == Pending::Why::expiry ? "expired" : "unreachable"};
  swept.since_ms = pending.due_at_ms;
  swept.created_at_ms = COFFER_TRY(view.version_info(pending.path, pending.version)).created_at_ms;
  const Metadata metadata = COFFER_TRY(view.metadata(pending.path));
  const auto minted_by = metadata.custom.find(kMintedByKey);
  const bool check = minted_by != metadata.custom.end() && minted_by->second == kMintedByCheck;
  swept.kind = !metadata.managed ? "secret" : check ? "check" : "config";
  return swept;
}

// Erases an unreachable secret with its name once its last version is destroyed.
Result<void> erase_if_gone(Transaction& txn, const Pending& pending) {
  if (pending.why != Pending::Why::unreachable) return {};
  for (const VersionInfo& info : COFFER_TRY(txn.history(pending.path))) {
    if (!info.destroyed) return {};
    // A version that expired is reported as expired for a while, so its name goes later. A version
    // that was destroyed before its end does not keep the name.
    if (txn.get(pending.path, info.version).error().code() != ErrorCode::destroyed) return {};
  }
  if (!COFFER_TRY(txn.references_to(pending.path)).empty()) return {};
  return txn.erase(pending.path);
}

// Erases minted secrets that have had nothing but tombstones for long enough.
Result<void> forget(Engine& engine) {
  for (;;) {
    std::size_t found = 0;
    COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
      const auto batch = COFFER_TRY(txn.due(Pending::Why::forget, txn.now_ms(), kForgottenAtOnce));
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
    if (found < kForgottenAtOnce) return {};
  }
}

}  // namespace

Result<SweepReport> sweep(Engine& engine, const SweepOptions& options,
                          const std::function<Result<void>(Transaction&)>& also,
                          const SweepLimits& limits) {
  SweepReport report;
  report.dry_run = options.dry_run;
  const std::size_t most = options.limit != 0 ? options.limit : std::size_t{1} << 24;
  if (options.dry_run) {
    COFFER_TRY(engine.read([&](const View& view) -> Result<void> {
      auto due = COFFER_TRY(find_due(view, options.grace_ms, most));
      if (due.size() > most) due.resize(most);
      for (const Pending& pending : due)
        report.swept.push_back(COFFER_TRY(to_swept(view, pending)));
      return {};
    }));
    return report;
  }
  COFFER_TRY(forget(engine));
  for (;;) {
    const std::size_t room = std::min(kLookahead, most - report.swept.size());
    std::vector<SweptVersion> batch;
    bool more = false;
    COFFER_TRY(engine.write([&](Transaction& txn) -> Result<void> {
      batch.clear();
      if (also && report.swept.empty()) COFFER_TRY(also(txn));
      auto due = COFFER_TRY(find_due(txn, options.grace_ms, room));
      if (due.size() > room) due.resize(room);
      more = cut_batch(txn, due, due.size() < room, limits);
      for (const Pending& pending : due) {
        batch.push_back(COFFER_TRY(to_swept(txn, pending)));
        COFFER_TRY(txn.destroy(pending.path, {pending.version}));
        COFFER_TRY(erase_if_gone(txn, pending));
      }
      return {};
    }));
    std::move(batch.begin(), batch.end(), std::back_inserter(report.swept));
    if (!more || report.swept.size() >= most) break;
  }
  // Trims and moves leave keys for the next shredding to erase: a sweep does it, even if nothing
  // was due.
  COFFER_TRY(engine.write([](Transaction& txn) -> Result<void> {
    txn.erase_pending();
    return {};
  }));
  COFFER_TRY(engine.audit_retain());
  return report;
}

}  // namespace coffer::secrets
