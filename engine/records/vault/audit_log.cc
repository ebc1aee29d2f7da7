// The audit log for callers: lists matching records, checks the chain, removes the oldest records.
#include <algorithm>

#include "records/vault/core.h"

namespace coffer::records {
namespace {

// A removal holds the write lock and keeps its pages in memory: batches let other writers in.
constexpr std::uint64_t kPruneBatch = 20'000;

coffer::AuditRecord told(std::uint64_t number, format::AuditRecord record) {
  coffer::AuditRecord out;
  out.number = number;
  out.sequence = record.sequence;
  out.at_ms = record.at_ms;
  out.uid = record.uid;
  out.pid = record.pid;
  out.program = std::move(record.program);
  out.actor = std::move(record.actor);
  out.user = std::move(record.user);
  out.reason = std::move(record.reason);
  out.correlation = std::move(record.correlation);
  out.allowed = record.refused_with == 0;
  if (!out.allowed) out.code = static_cast<ErrorCode>(record.refused_with);
  for (format::AuditItem& item : record.items)
    out.items.push_back({std::string(format::action_name(item.action)), std::move(item.name),
                         item.version, item.count});
  return out;
}

class Matcher {
 public:
  static Result<Matcher> from(const AuditFilter& filter) {
    Matcher matcher(filter);
    if (filter.action.empty()) return matcher;
    matcher.action_ = format::parse_action(filter.action);
    if (!matcher.action_)
      return Error(ErrorCode::usage, "there is no such action in the audit log",
                   Advice::see_audit_actions)
          .about(Subject::Kind::name, filter.action);
    return matcher;
  }

  bool operator()(const format::AuditRecord& record) const {
    const bool allowed = record.refused_with == 0;
    if (filter_.outcome == AuditFilter::Outcome::allowed && !allowed) return false;
    if (filter_.outcome == AuditFilter::Outcome::refused && allowed) return false;
    if (!filter_.actor.empty() && record.actor != filter_.actor) return false;
    if (!filter_.user.empty() && record.user != filter_.user) return false;
    if (record.at_ms < filter_.since_ms) return false;
    if (filter_.until_ms != 0 && record.at_ms >= filter_.until_ms) return false;
    return std::any_of(record.items.begin(), record.items.end(),
                       [this](const format::AuditItem& item) { return matches(item); });
  }

 private:
  explicit Matcher(const AuditFilter& filter) : filter_(filter) {}

  bool matches(const format::AuditItem& item) const {
    if (action_ && item.action != *action_) return false;
    if (!filter_.path.empty() && item.name != filter_.path) return false;
    return is_below(item.name, filter_.prefix);
  }

  const AuditFilter& filter_;
  std::optional<format::Action> action_;
};

// The number of the last record before `at_ms`. Times never fall from one record to the next, so a
// binary search finds it. If a clock was ever accepted, times fell: then the search walks back from
// the last record, because every record before an old one is older, whatever its time says.
Result<std::uint64_t> last_before(const Reading& reading, std::int64_t at_ms) {
  const format::Root& root = reading.root();
  std::uint64_t low = root.audit_base.number;
  std::uint64_t high = root.audit_last;
  if (root.clock_acceptances != 0) {
    while (low < high && COFFER_TRY(reading.audit_record(high)).at_ms >= at_ms) --high;
    return high;
  }
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    if (COFFER_TRY(reading.audit_record(middle)).at_ms < at_ms) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

// The newest record that may go if `keep` records of changes stay. Refusals do not count: a caller
// without rights must not be able to push records out of the log.
Result<std::uint64_t> last_beyond(const Reading& reading, std::uint64_t keep) {
  const format::Root& root = reading.root();
  std::uint64_t number = root.audit_last;
  const std::uint64_t base = root.audit_base.number;
  if (number - base <= keep) return base;
  while (keep > 0 && number > base) {
    if (COFFER_TRY(reading.audit_record(number)).refused_with == 0) --keep;
    --number;
  }
  return number;
}

}  // namespace

Result<std::vector<coffer::AuditRecord>> Vault::audit_list(const AuditFilter& filter) {
  const Matcher matches = COFFER_TRY(Matcher::from(filter));
  core_->write_gathered();
  std::vector<coffer::AuditRecord> found;
  COFFER_TRY(bring_audit_into_sight());
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    const std::uint64_t first = std::max(reading.root().audit_base.number, filter.after_number) + 1;
    const std::uint64_t last = reading.root().audit_last;
    for (std::uint64_t i = first; i <= last && i != 0; ++i) {
      const std::uint64_t number = filter.newest ? last - (i - first) : i;
      auto record = COFFER_TRY(reading.audit_record(number));
      if (!matches(record)) continue;
      found.push_back(told(number, std::move(record)));
      if (found.size() == filter.limit) break;
    }
    return {};
  }));
  if (filter.newest) std::reverse(found.begin(), found.end());
  return found;
}

Result<AuditVerifyReport> Vault::audit_verify() {
  AuditVerifyReport report;
  core_->write_gathered();
  COFFER_TRY(bring_audit_into_sight());
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    const format::Root& root = reading.root();
    report.last = root.audit_last;
    if (root.audit_last > root.audit_base.number) report.first = root.audit_base.number + 1;
    const audit::Walk walk = COFFER_TRY(reading.walk_audit({}));
    report.records = walk.records;
    if (!walk.broken) return {};
    report.broken = walk.broken->number;
    report.problem =
        "record " + std::to_string(report.broken) + " " + std::string(walk.broken->what);
    return {};
  }));
  return report;
}

// Decides once which records go: records that arrive meanwhile do not change this.
Result<AuditPruneReport> Vault::audit_prune(const AuditPruneOptions& options) {
  if (options.before_ms.has_value() == options.keep_records.has_value())
    return Error(ErrorCode::usage,
                 "say which records to remove: those before a time, or all but a number",
                 Advice::prune_audit);
  std::uint64_t last = 0;
  core_->write_gathered();
  COFFER_TRY(bring_audit_into_sight());
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    if (options.before_ms) {
      last = COFFER_TRY(last_before(reading, *options.before_ms));
    } else {
      last = COFFER_TRY(last_beyond(reading, *options.keep_records));
    }
    return {};
  }));
  return prune_up_to(last);
}

Result<AuditPruneReport> Vault::prune_up_to(std::uint64_t last) {
  AuditPruneReport report;
  for (bool more = true; more;) {
    std::uint64_t removed = 0;
    COFFER_TRY(write([&](Writing& writing) -> Result<void> {
      const std::uint64_t before = writing.root().audit_base.number;
      const std::uint64_t up_to = std::min(last, before + kPruneBatch);
      removed = up_to > before ? up_to - before : 0;
      more = up_to < last;
      report.first_kept = std::max(before, up_to) + 1;
      if (removed == 0) return {};  // Nothing is left, or another process was faster.
      COFFER_TRY(core_->chain().remove_up_to(writing.txn_, writing.root_, up_to));
      writing.mark_changed();
      writing.notes().note(format::Action::prune, "", up_to);
      return {};
    }));
    report.removed += removed;
  }
  return report;
}

// Applies the settings at the end of a sweep. The removal adds a record of its own, which counts as
// kept; if only such records would go, nothing is removed.
Result<void> Vault::audit_retain() {
  std::uint64_t last = 0;
  COFFER_TRY(bring_audit_into_sight());
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    const format::Settings& settings = *COFFER_TRY(reading.settings());
    const format::Root& root = reading.root();
    if (settings.audit_keep_ms != 0)
      last = COFFER_TRY(last_before(reading, reading.now_ms() - settings.audit_keep_ms));
    const std::uint64_t keep = settings.audit_keep_records;
    if (keep != 0 && root.audit_last - root.audit_base.number > keep)
      last = std::max(last, COFFER_TRY(last_beyond(reading, keep - 1)));
    bool worth_it = false;
    for (std::uint64_t number = root.audit_base.number + 1; number <= last && !worth_it; ++number)
      worth_it =
          COFFER_TRY(reading.audit_record(number)).items.front().action != format::Action::prune;
    if (!worth_it) last = 0;
    return {};
  }));
  if (last == 0) return {};
  // The sweep is done by now, so a log that cannot be shortened is no failure.
  if (auto pruned = prune_up_to(last); !pruned)
    core_->warn("the audit log could not be shortened: verify it to see why", "");
  return {};
}

Result<void> Vault::bring_audit_into_sight() {
  const bool is_unseen = COFFER_TRY(read([](const Reading& reading) -> Result<bool> {
    return reading.root().audit_last != 0 && !reading.has(storage::Table::audit);
  }));
  if (!is_unseen) return {};
  const auto txn = COFFER_TRY(storage::WriteTxn::begin(core_->environment()));
  return txn->commit();
}

}  // namespace coffer::records
