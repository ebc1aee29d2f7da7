// Changes secrets. Each operation makes all its checks before its first write, so that an error
// leaves the transaction as it was.
#include "secrets/transaction.h"

#include <algorithm>
#include <array>

#include "base/digits.h"
#include "crypto/random.h"
#include "format/names.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/time_index.h"
#include "secrets/rows/versions.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {

Transaction::Transaction(Writing& writing)
    : View(writing), writing_(&writing), marks_by_(writing.actor().user) {}

namespace {

using storage::Table;

// Checks that all the given versions (an empty list: the newest) exist and are not destroyed. A
// missing version is reported before a destroyed one.
Result<std::vector<std::uint64_t>> resolve(const Reading& reading, const format::PathHash& hash,
                                           std::string_view path,
                                           const std::vector<std::uint64_t>& versions) {
  std::vector<std::uint64_t> wanted = versions;
  // Inside, 0 means the newest. From a caller, 0 would evade the check of versions in use.
  if (std::find(wanted.begin(), wanted.end(), 0U) != wanted.end())
    return Error(ErrorCode::usage, "there is no version 0", "versions begin with 1");
  if (wanted.empty()) wanted.push_back(0);
  Result<void> gone;
  for (std::uint64_t& version : wanted) {
    const auto located = COFFER_TRY(reading.find(hash, version));
    if (!located) return absent(reading, hash, path, version);
    COFFER_TRY(reading.authenticate(hash, *located));
    version = located->version;
    if (gone && located->record.header.is_destroyed()) gone = check_state(reading, *located);
  }
  COFFER_TRY(std::move(gone));
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

Result<Located> require(const Reading& reading, const format::PathHash& hash,
                        std::uint64_t version) {
  auto located = COFFER_TRY(reading.find(hash, version));
  if (!located) return no_such_version(version);
  return *located;
}

// The tombstone keeps the number, the times and the reason.
Result<void> destroy_located(Writing& writing, const format::PathHash& hash, const Located& located,
                             std::string_view path, bool time_was_over) {
  const format::VersionHeader before = located.record.header;
  const std::uint64_t version = located.version;
  format::VersionHeader after = before;
  after.flags |= format::kFlagDestroyed | (time_was_over ? format::kFlagReclaimed : 0U);
  after.unreachable_at_ms = 0;
  after.value_tag = {};
  if (time_was_over) {
    const auto head = COFFER_TRY(head_of(writing, hash, path));
    if (head && head->metadata.managed) after.unreachable_at_ms = writing.now_ms();
  }
  COFFER_TRY(remove_all_due(writing, hash, version, before));
  if (after.unreachable_at_ms != 0)
    COFFER_TRY(add_due(writing, hash, version, after.unreachable_at_ms + kForgetAfterMs,
                       Pending::Why::forget, path));
  const auto tag = before.value_tag;
  COFFER_TRY(writing.destroy_version(hash, located, after));
  writing.tell_destroyed(
      SweptVersion{std::string(path), version, time_was_over ? "expired" : "destroyed"}, tag);
  writing.notes().note(time_was_over ? format::Action::expire : format::Action::destroy, path,
                       version);
  return {};
}

}  // namespace

Result<void> Transaction::soft_delete(std::string_view path,
                                      const std::vector<std::uint64_t>& versions) {
  writing_->notes().attempt(format::Action::soft_delete, path);
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*writing_, hash, path, versions))) {
    const Located located = COFFER_TRY(require(*writing_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms != 0 && header.deletion_at_ms <= now) continue;
    header.deletion_at_ms = now;
    COFFER_TRY(writing_->change_header(hash, located, header));
    writing_->notes().note(format::Action::soft_delete, path, version);
  }
  return writing_->notes().done();
}

Result<void> Transaction::undelete(std::string_view path,
                                   const std::vector<std::uint64_t>& versions) {
  writing_->notes().attempt(format::Action::undelete, path);
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const std::vector<std::uint64_t> resolved = COFFER_TRY(resolve(*writing_, hash, path, versions));
  const std::int64_t deletion_at_ms = deletion_time(
      *COFFER_TRY(writing_->settings()), COFFER_TRY(head_of(*writing_, hash, path)), now_ms());
  for (const std::uint64_t version : resolved) {
    const Located located = COFFER_TRY(require(*writing_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms == 0) continue;
    header.deletion_at_ms = deletion_at_ms;
    COFFER_TRY(writing_->change_header(hash, located, header));
    writing_->notes().note(format::Action::undelete, path, version);
  }
  return writing_->notes().done();
}

Result<void> Transaction::destroy(std::string_view path,
                                  const std::vector<std::uint64_t>& versions) {
  writing_->notes().attempt(format::Action::destroy, path);
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*writing_, hash, path, versions))) {
    const Located located = COFFER_TRY(require(*writing_, hash, version));
    const std::int64_t expires = located.record.header.expires_at_ms;
    COFFER_TRY(destroy_located(*writing_, hash, located, path, expires != 0 && expires <= now));
  }
  return {};
}

Result<void> Transaction::destroy_all(std::string_view path) {
  writing_->notes().attempt(format::Action::destroy, path);
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  std::vector<std::uint64_t> living;
  bool any = false;
  COFFER_TRY(writing_->each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    any = true;
    if (!located.record.header.is_destroyed()) living.push_back(located.version);
    return true;
  }));
  if (!any) return absent(*writing_, hash, path, 0);
  if (living.empty()) return writing_->notes().done();
  return destroy(path, living);
}

void Transaction::erase_pending() { writing_->shred_pending(); }

Result<void> Transaction::erase(std::string_view path) {
  Writing& writing = *writing_;
  writing.notes().attempt(format::Action::erase, path);
  const format::PathHash hash = writing.cipher().hash(format::Kind::secret, path);
  std::vector<KeptVersion> versions;
  COFFER_TRY(writing.each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    versions.push_back({located.version, located.record.header});
    return true;
  }));
  const bool has_head = COFFER_TRY(head_of(writing, hash, path)).has_value();
  if (versions.empty() && !has_head) return no_such_secret();
  for (const KeptVersion& version : versions) {
    if (!version.header.is_destroyed()) {
      writing.shred_at_commit();
      writing.tell_destroyed(SweptVersion{std::string(path), version.version, "destroyed"},
                             version.header.value_tag);
    }
    COFFER_TRY(remove_all_due(writing, hash, version.version, version.header));
    COFFER_TRY(writing.remove_version(hash, version.version, version.header));
  }
  if (has_head) COFFER_TRY(writing.remove_small(Table::history, format::history_key(hash, 0)));
  COFFER_TRY(writing.decrease(Count::secrets));
  COFFER_TRY(remove_secret_name(writing, path));
  writing.notes().note(format::Action::erase, path);
  return {};
}

Result<void> Transaction::set_expiry(std::string_view path, std::uint64_t version,
                                     std::int64_t expires_at_ms) {
  writing_->notes().attempt(format::Action::set_expiry, path, version);
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const std::uint64_t resolved = COFFER_TRY(resolve(*writing_, hash, path, {version})).front();
  const Located located = COFFER_TRY(require(*writing_, hash, resolved));
  format::VersionHeader header = located.record.header;
  const std::int64_t before = header.expires_at_ms;
  if (before == expires_at_ms) return writing_->notes().done();
  if (expires_at_ms != 0) COFFER_TRY(writing_->check_clock());
  if (before != 0 && before <= now_ms())
    return Error(ErrorCode::expired, "this version has expired", "put a new one")
        .with_number(resolved);
  header.expires_at_ms = expires_at_ms;
  COFFER_TRY(writing_->change_header(hash, located, header));
  if (before != 0) COFFER_TRY(remove_due(*writing_, hash, resolved, before, Pending::Why::expiry));
  if (expires_at_ms != 0)
    COFFER_TRY(add_due(*writing_, hash, resolved, expires_at_ms, Pending::Why::expiry, path));
  writing_->notes().note(format::Action::set_expiry, path, resolved);
  return {};
}

Result<void> Transaction::mark_unreachable(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*writing_, hash, version));
  format::VersionHeader header = located.record.header;
  if (header.unreachable_at_ms != 0 || header.is_destroyed()) return {};
  header.unreachable_at_ms = now_ms();
  COFFER_TRY(writing_->change_header(hash, located, header));
  return add_due(*writing_, hash, located.version, header.unreachable_at_ms,
                 Pending::Why::unreachable, path);
}

Result<void> Transaction::mark_reachable(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*writing_, hash, version));
  format::VersionHeader header = located.record.header;
  const std::int64_t since = header.unreachable_at_ms;
  if (since == 0) return {};
  header.unreachable_at_ms = 0;
  COFFER_TRY(writing_->change_header(hash, located, header));
  return remove_due(*writing_, hash, located.version, since, Pending::Why::unreachable);
}

Result<void> Transaction::stop_forgetting(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = writing_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*writing_, hash, version));
  format::VersionHeader header = located.record.header;
  COFFER_TRY(remove_all_due(*writing_, hash, version, header));
  const Located again = COFFER_TRY(require(*writing_, hash, version));
  header.unreachable_at_ms = 0;
  return writing_->change_header(hash, again, header);
}

void Transaction::note_refused(format::Action action, std::string_view name, std::uint64_t version,
                               const Error& error) {
  records::Notes& notes = writing_->notes();
  notes.forget_attempt();
  if (!records::is_refusal(error.code())) return;
  notes.note_refused(action, records::recordable(name), version, error.code());
}

void Transaction::note(format::Action action, std::string_view name, std::uint64_t version) {
  writing_->notes().note(action, name, version);
}

std::uint64_t Transaction::record_changes() const { return writing_->record_changes(); }

Result<void> Transaction::note_read(std::string_view path, std::uint64_t version) {
  if (!COFFER_TRY(writing_->settings())->audit_reads) return {};
  writing_->notes().note_read(path, version);
  writing_->mark_changed();
  return {};
}

void Transaction::mark_changed() { writing_->mark_changed(); }

std::string Transaction::mint_uuid() {
  std::array<std::uint8_t, 16> bytes;
  crypto::system_random().fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

std::string Transaction::content_id(ByteView bytes) const {
  return reading().cipher().content_id(bytes);
}

}  // namespace coffer::secrets
