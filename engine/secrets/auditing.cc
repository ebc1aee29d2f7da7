// How the engine's writes come into the audit log. What a transaction did is appended in
// that transaction, so that there is never one without the other. What was refused has been
// undone by then, and gets a transaction of its own: one more durable commit, which costs
// about what a put costs; where it fails (a full disk), the refusal is answered all the same.
// Where a body went on after an operation was refused, that is told in the body's own commit.
#include <algorithm>

#include "audit/process.h"
#include "secrets/engine_state.h"
#include "text/utf8.h"

namespace coffer::secrets {
namespace {

Result<void> check_text(std::string_view text, std::size_t limit, Literal name) {
  if (text.size() > limit)
    return Error{ErrorCode::limit, "too long for the audit log"}
        .with_size(text.size(), limit)
        .about(Subject::Kind::name, name.view());
  if (!utf8::is_valid(text) || utf8::has_control_character(text))
    return Error{ErrorCode::usage, "is no plain text: the audit log does not take it"}.about(
        Subject::Kind::name, name.view());
  return {};
}

constexpr std::size_t kGroupsMax = 1024;

}  // namespace

bool is_refusal(ErrorCode code) {
  switch (code) {
    case ErrorCode::failed:  // Such as: the clock is behind.
    case ErrorCode::usage:
    case ErrorCode::not_found:
    case ErrorCode::deleted:
    case ErrorCode::expired:
    case ErrorCode::destroyed:
    case ErrorCode::conflict:
    case ErrorCode::in_use:
    case ErrorCode::limit:
    case ErrorCode::denied: return true;
    default: return false;
  }
}

std::string recordable(std::string_view name) {
  if (name.size() > format::kPathBytesMax || !utf8::is_valid(name) ||
      utf8::has_control_character(name))
    return {};
  return std::string(name);
}

std::vector<Noted> View::Impl::what_was_refused(const Error& error, const Intent* intent) const {
  std::vector<Noted> items;
  const auto code = static_cast<std::uint32_t>(error.code());
  const bool is_refused = is_refusal(error.code());
  if (is_refused && intent != nullptr)
    items.push_back({intent->action, recordable(intent->name), intent->version, code});
  items.insert(items.end(), refused.begin(), refused.end());
  if (is_refused && trying) items.push_back({trying->action, trying->path, trying->version, code});
  return items;
}

Result<void> check_actor(const Actor& actor) {
  COFFER_TRY(check_text(actor.user, format::kAuditActorBytesMax, "user"));
  if (actor.groups.size() > kGroupsMax)
    return Error{ErrorCode::limit, "too many groups"}.with_number(kGroupsMax);
  for (const std::string& group : actor.groups)
    COFFER_TRY(check_text(group, format::kAuditActorBytesMax, "group"));

  COFFER_TRY(check_text(actor.actor, format::kAuditActorBytesMax, "actor"));
  COFFER_TRY(check_text(actor.reason, format::kAuditReasonBytesMax, "reason"));
  return check_text(actor.correlation, format::kAuditCorrelationBytesMax, "correlation");
}

// A transaction of very many items becomes several records of one sequence.
Result<void> Engine::Impl::append_audit(View::Impl& state, const std::vector<Noted>& noted,
                                        const Actor& actor, bool names_user) const {
  if (noted.empty()) return {};
  audit::Process process = audit::this_process();
  format::AuditRecord record;
  record.sequence = state.root->sequence + 1;
  record.at_ms = state.now_ms();
  record.uid = process.uid;
  record.pid = process.pid;
  record.program = std::move(process.program);
  record.actor = actor.actor;
  if (names_user) record.user = actor.user;
  record.reason = actor.reason;
  record.correlation = actor.correlation;
  record.refused_with = noted.front().refused_with;
  std::size_t bytes = 0;
  for (const Noted& each : noted) {
    if (record.items.size() == format::kAuditItemsMax || bytes > format::kAuditItemsBytesMax ||
        each.refused_with != record.refused_with) {
      COFFER_TRY(chain->append(*state.writer, *state.root, record));
      record.items.clear();
      record.refused_with = each.refused_with;
      bytes = 0;
    }
    bytes += each.path.size();
    record.items.push_back({each.action, recordable(each.path), each.version, each.count});
  }
  return chain->append(*state.writer, *state.root, record);
}

Result<void> Engine::Impl::record_alone(const std::vector<Noted>& items, const Caller& caller) {
  Attempt attempt;
  COFFER_TRY(write(
      [&](Transaction& txn) -> Result<void> {
        txn.impl_->noted = items;
        txn.impl_->changed = true;
        return {};
      },
      caller, attempt, nullptr));
  return {};
}

Result<void> Engine::Impl::record_reads(std::vector<Noted> reads, const Caller& caller) {
  if (reads.empty()) return {};
  // What the reader was refused is no reason to refuse it what it may have: those come last.
  const auto refused = std::stable_partition(
      reads.begin(), reads.end(), [](const Noted& noted) { return noted.refused_with == 0; });
  if (refused == reads.begin()) {
    record_refused(reads, caller);
    return {};
  }
  auto recorded = record_alone(reads, caller);
  if (!recorded && log) log("warn", "a read could not be written to the audit log", "");
  return recorded;
}

void Engine::Impl::record_refusal(const Error& error, const Caller& caller,
                                  std::vector<Noted> items) {
  if (is_refusal(error.code())) record_failure(error, caller, std::move(items));
}

void Engine::Impl::record_failure(const Error& error, const Caller& caller,
                                  std::vector<Noted> items) {
  for (Noted& item : items) item.refused_with = static_cast<std::uint32_t>(error.code());
  const auto recorded = record_alone(items, caller);
  if (!recorded && log) log("warn", "a refusal could not be written to the audit log", "");
}

// Where there is no policy everybody may write, and a refusal is no cheaper way to a commit.
void Engine::Impl::record_refused(const std::vector<Noted>& items, const Caller& caller) {
  if (items.empty()) return;
  if (knows_a_policy() && refusals.keep(caller.actor, items, clock->now_ms())) {
    if (refusals.is_full()) write_gathered();
    return;
  }
  const auto recorded = record_alone(items, caller);
  if (!recorded && log) log("warn", "a refusal could not be written to the audit log", "");
}

bool Engine::Impl::knows_a_policy() {
  const std::lock_guard lock(settings_mutex);
  return newest_policy && !newest_policy->policy.rules.empty();
}

void Engine::Impl::write_gathered() {
  if (refusals.is_empty()) return;
  Attempt attempt;
  const auto written = write(
      [](Transaction& txn) -> Result<void> {
        txn.impl_->changed = true;
        return {};
      },
      Caller(), attempt, nullptr);
  if (!written && log) log("warn", "refusals could not be written to the audit log", "");
}

void Engine::record_refusal(Intent& intent, const Error& error) {
  if (intent.is_told || !is_refusal(error.code())) return;
  intent.is_told = true;
  impl_->record_refused({{intent.action, recordable(intent.name), intent.version,
                          static_cast<std::uint32_t>(error.code())}},
                        caller_);
}

}  // namespace coffer::secrets
