// The change feed (<coffer/changes.h>): presents items of the audit log as changes.
#include <algorithm>
#include <chrono>

#include "records/vault/core.h"

namespace coffer::records {
namespace {

// Commits of this process wake a waiting thread; for those of other processes it must look.
constexpr auto kLookEvery = std::chrono::milliseconds(50);

bool is_told(const format::AuditRecord& record, format::Action action, const ChangeFilter& filter) {
  if (record.refused_with != 0) return filter.refused;
  return format::is_change(action) || (filter.reads && action == format::Action::read);
}

// The members that all changes of one record share.
Change event_of(const format::AuditRecord& record) {
  Change change;
  change.revision = record.sequence;
  change.at_ms = record.at_ms;
  if (record.refused_with != 0) change.refused_with = static_cast<ErrorCode>(record.refused_with);
  return change;
}

class Feed {
 public:
  explicit Feed(const Reading& reading) : reading_(reading), root_(reading.root()) {}

  // Errors: rolled_back (the store has not reached this revision), not_found (no longer kept).
  Result<void> check_kept(std::uint64_t after, bool partly) const {
    if (after > root_.sequence)
      return Error(ErrorCode::rolled_back, "the store has not reached this revision",
                   "it may be restored from a backup: watch from a revision that it has")
          .with_number(root_.sequence);
    const std::uint64_t told_from = COFFER_TRY(known_since());
    // The commit that made the store contains no change.
    if (told_from <= 1 || after > told_from || (after == told_from && !partly)) return {};
    return Error(ErrorCode::not_found, "changes that old are no longer kept",
                 "read the present state, then watch from its revision")
        .with_number(told_from);
  }

  // The number of the first record after revision `after` (with `of_itself`: from it on), or one
  // past the last record.
  Result<std::uint64_t> first_record(std::uint64_t after, bool of_itself) const {
    std::uint64_t low = root_.audit_base.number + 1;
    std::uint64_t high = root_.audit_last + 1;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      const std::uint64_t sequence = COFFER_TRY(reading_.audit_record(middle)).sequence;
      if (of_itself ? sequence >= after : sequence > after) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

 private:
  // The revision after which the log holds every change.
  Result<std::uint64_t> known_since() const {
    if (root_.audit_base.number != 0) return root_.audit_base.sequence;
    if (root_.audit_last == 0) return root_.sequence;  // The store may be older than the audit log.
    return COFFER_TRY(reading_.audit_record(1)).sequence - 1;
  }

  const Reading& reading_;
  const format::Root& root_;
};

}  // namespace

Result<ChangeBatch> Vault::changes(std::uint64_t after_revision, const ChangeFilter& filter,
                                   std::size_t limit) {
  ChangeBatch batch;
  const bool partly = filter.after_index != kWholeRevision;
  COFFER_TRY(bring_audit_into_sight());
  COFFER_TRY(read([&](const Reading& reading) -> Result<void> {
    const format::Root& root = reading.root();
    const Feed feed(reading);
    COFFER_TRY(feed.check_kept(after_revision, partly));
    batch.revision = root.sequence;
    std::uint64_t revision = 0;
    std::uint32_t index = 0;
    for (std::uint64_t number = COFFER_TRY(feed.first_record(after_revision, partly));
         number <= root.audit_last; ++number) {
      format::AuditRecord record = COFFER_TRY(reading.audit_record(number));
      if (record.sequence != revision) {
        // A batch ends with a whole revision, so that the next batch can begin after it.
        if (batch.changes.size() >= limit) {
          batch.revision = revision;
          batch.more = true;
          break;
        }
        revision = record.sequence;
        index = 0;
      }
      for (format::AuditItem& item : record.items) {
        const std::uint32_t at = index++;
        if (!is_told(record, item.action, filter)) continue;
        if (revision == after_revision && at <= filter.after_index) continue;
        // A slot's number and an anchor's URI are no paths of the store.
        const bool has_path = format::is_change(item.action) ||
                              item.action == format::Action::read ||
                              item.action == format::Action::look;
        if (!has_path) item.name.clear();
        if (!is_below(item.name, filter.prefix)) continue;
        Change change = event_of(record);
        change.index = at;
        change.path = std::move(item.name);
        change.version = has_path ? item.version : 0;
        change.what = format::action_name(item.action);
        batch.changes.push_back(std::move(change));
      }
    }
    return {};
  }));
  return batch;
}

Result<std::uint64_t> Vault::wait_for_changes(std::uint64_t after_revision,
                                              std::int64_t timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto until =
      Clock::now() + std::chrono::milliseconds(std::max<std::int64_t>(timeout_ms, 0));
  Waiters& waiters = core_->waiters();
  std::unique_lock lock(waiters.mutex_);
  const std::uint64_t wakes = waiters.wakes_;
  for (;;) {
    lock.unlock();
    const std::uint64_t now = COFFER_TRY(
        read([](const Reading& reading) -> Result<std::uint64_t> { return reading.sequence(); }));
    lock.lock();
    if (now > after_revision || Clock::now() >= until || waiters.wakes_ != wakes) return now;
    waiters.changed_.wait_until(lock, std::min(until, Clock::now() + kLookEvery));
  }
}

void Vault::wake_waiting() { core_->waiters().wake(); }

}  // namespace coffer::records
