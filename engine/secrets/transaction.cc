// Changing secrets. Every check stands before the first write of its operation, so that
// an error leaves the transaction as it was.
#include "secrets/transaction.h"

#include <algorithm>
#include <array>

#include "base/digits.h"
#include "crypto/random.h"
#include "format/names.h"
#include "secrets/engine_state.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {
namespace {

using storage::Table;
using Located = View::Impl::Located;

// The versions asked for, all of them there and not destroyed; an empty list: the newest. That one
// of them is not there is told before what became of another.
Result<std::vector<std::uint64_t>> resolve(const View::Impl& impl, const format::PathHash& hash,
                                           std::string_view path,
                                           const std::vector<std::uint64_t>& versions) {
  std::vector<std::uint64_t> wanted = versions;
  // 0 means the newest inside; from a caller it would slip past who asks what is in use.
  if (std::find(wanted.begin(), wanted.end(), 0U) != wanted.end())
    return Error{ErrorCode::usage, "there is no version 0", "versions begin with 1"};
  if (wanted.empty()) wanted.push_back(0);
  Result<void> gone;
  for (std::uint64_t& version : wanted) {
    const auto located = COFFER_TRY(impl.find(hash, version));
    if (!located) return impl.absent(hash, path, version);
    COFFER_TRY(impl.authenticate(hash, *located));
    version = located->version;
    if (gone && located->record.header.is_destroyed()) gone = impl.check_state(*located);
  }
  COFFER_TRY(std::move(gone));
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

Result<Located> require(const View::Impl& impl, const format::PathHash& hash,
                        std::uint64_t version) {
  auto located = COFFER_TRY(impl.find(hash, version));
  if (!located) return no_such_version(version);
  return *located;
}

}  // namespace

Result<void> View::Impl::change_header(const format::PathHash& hash, const Located& located,
                                       const format::VersionHeader& after) {
  const format::VersionHeader before = located.record.header;
  Bytes record;
  if (before.is_destroyed()) {
    record = cipher().tombstone(hash, located.version, after);
  } else {
    const WrappingKey wrapper = COFFER_TRY(wrapping_key(hash));
    record = COFFER_TRY(
        cipher().rewrap_version(hash, located.version, located.record, wrapper, after, wrapper));
  }
  return replace_version(hash, located.version, before, record, after);
}

Result<void> Transaction::soft_delete(std::string_view path,
                                      const std::vector<std::uint64_t>& versions) {
  impl_->attempt(format::Action::soft_delete, path);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*impl_, hash, path, versions))) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms != 0 && header.deletion_at_ms <= now) continue;
    header.deletion_at_ms = now;
    COFFER_TRY(impl_->change_header(hash, located, header));
    impl_->note(format::Action::soft_delete, path, version);
  }
  return impl_->done();
}

Result<void> Transaction::undelete(std::string_view path,
                                   const std::vector<std::uint64_t>& versions) {
  impl_->attempt(format::Action::undelete, path);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::vector<std::uint64_t> resolved = COFFER_TRY(resolve(*impl_, hash, path, versions));
  const std::int64_t deletion_at_ms = deletion_time(
      *COFFER_TRY(impl_->settings()), COFFER_TRY(impl_->head_of(hash, path)), now_ms());
  for (const std::uint64_t version : resolved) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms == 0) continue;
    header.deletion_at_ms = deletion_at_ms;
    COFFER_TRY(impl_->change_header(hash, located, header));
    impl_->note(format::Action::undelete, path, version);
  }
  return impl_->done();
}

// A tombstone keeps the number, the times and why; DEK, value and tag are gone.
Result<void> View::Impl::destroy_located(const format::PathHash& hash, const Located& located,
                                         std::string_view path, bool time_was_over) {
  const format::VersionHeader before = located.record.header;
  const std::uint64_t version = located.version;
  format::VersionHeader after = before;
  after.flags |= format::kFlagDestroyed | (time_was_over ? format::kFlagReclaimed : 0U);
  after.unreachable_at_ms = 0;
  after.value_tag = {};
  if (time_was_over) {
    const auto head = COFFER_TRY(head_of(hash, path));
    if (head && head->metadata.managed) after.unreachable_at_ms = now_ms();
  }
  COFFER_TRY(remove_all_due(hash, version, before));
  if (after.unreachable_at_ms != 0)
    COFFER_TRY(add_due(hash, version, after.unreachable_at_ms + kForgetAfterMs,
                       Pending::Why::forget, path));
  COFFER_TRY(
      replace_version(hash, version, before, cipher().tombstone(hash, version, after), after));
  touch(hash);
  must_shred = true;
  destroyed.push_back({std::string(path), version, time_was_over ? "expired" : "destroyed"});
  seals.versions.push_back(hex(before.value_tag));
  note(time_was_over ? format::Action::expire : format::Action::destroy, path, version);
  return {};
}

Result<void> Transaction::destroy(std::string_view path,
                                  const std::vector<std::uint64_t>& versions) {
  impl_->attempt(format::Action::destroy, path);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*impl_, hash, path, versions))) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    const std::int64_t expires = located.record.header.expires_at_ms;
    COFFER_TRY(impl_->destroy_located(hash, located, path, expires != 0 && expires <= now));
  }
  return {};
}

Result<void> Transaction::destroy_all(std::string_view path) {
  impl_->attempt(format::Action::destroy, path);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  std::vector<std::uint64_t> living;
  bool any = false;
  COFFER_TRY(impl_->each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    any = true;
    if (!located.record.header.is_destroyed()) living.push_back(located.version);
    return true;
  }));
  if (!any) return impl_->absent(hash, path, 0);
  if (living.empty()) return impl_->done();
  return destroy(path, living);
}

void Transaction::erase_pending() {
  if (impl_->root->pending_since == 0 && impl_->touched.empty()) return;
  impl_->must_shred = true;
  impl_->changed = true;
}

Result<void> Transaction::erase(std::string_view path) {
  Impl& impl = *impl_;
  impl.attempt(format::Action::erase, path);
  const format::PathHash hash = impl.cipher().hash(format::Kind::secret, path);
  std::vector<KeptVersion> versions;
  COFFER_TRY(impl.each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    versions.push_back({located.version, located.record.header});
    return true;
  }));
  const bool has_head = COFFER_TRY(impl.head_of(hash, path)).has_value();
  if (versions.empty() && !has_head) return no_such_secret();
  for (const KeptVersion& version : versions) {
    if (!version.header.is_destroyed()) {
      impl.must_shred = true;
      impl.destroyed.push_back({std::string(path), version.version, "destroyed"});
      impl.seals.versions.push_back(hex(version.header.value_tag));
    }
    COFFER_TRY(impl.remove_all_due(hash, version.version, version.header));
    COFFER_TRY(impl.remove_version(hash, version.version, version.header));
  }
  if (has_head) COFFER_TRY(impl.remove_small(Table::history, format::history_key(hash, 0)));
  --impl.root->secret_count;
  COFFER_TRY(impl.remove_secret_name(path));
  impl.note(format::Action::erase, path);
  return {};
}

Result<void> Transaction::set_expiry(std::string_view path, std::uint64_t version,
                                     std::int64_t expires_at_ms) {
  impl_->attempt(format::Action::set_expiry, path, version);
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::uint64_t resolved = COFFER_TRY(resolve(*impl_, hash, path, {version})).front();
  const Located located = COFFER_TRY(require(*impl_, hash, resolved));
  format::VersionHeader header = located.record.header;
  const std::int64_t before = header.expires_at_ms;
  if (before == expires_at_ms) return impl_->done();
  if (expires_at_ms != 0) COFFER_TRY(impl_->check_clock());
  if (before != 0 && before <= now_ms())
    return Error{ErrorCode::expired, "this version has expired", "put a new one"}.with_number(
        resolved);
  header.expires_at_ms = expires_at_ms;
  COFFER_TRY(impl_->change_header(hash, located, header));
  if (before != 0) COFFER_TRY(impl_->remove_due(hash, resolved, before, Pending::Why::expiry));
  if (expires_at_ms != 0)
    COFFER_TRY(impl_->add_due(hash, resolved, expires_at_ms, Pending::Why::expiry, path));
  impl_->note(format::Action::set_expiry, path, resolved);
  return {};
}

Result<void> Transaction::mark_unreachable(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*impl_, hash, version));
  format::VersionHeader header = located.record.header;
  if (header.unreachable_at_ms != 0 || header.is_destroyed()) return {};
  header.unreachable_at_ms = now_ms();
  COFFER_TRY(impl_->change_header(hash, located, header));
  return impl_->add_due(hash, located.version, header.unreachable_at_ms, Pending::Why::unreachable,
                        path);
}

Result<void> Transaction::mark_reachable(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*impl_, hash, version));
  format::VersionHeader header = located.record.header;
  const std::int64_t since = header.unreachable_at_ms;
  if (since == 0) return {};
  header.unreachable_at_ms = 0;
  COFFER_TRY(impl_->change_header(hash, located, header));
  return impl_->remove_due(hash, located.version, since, Pending::Why::unreachable);
}

Result<void> Transaction::stop_forgetting(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*impl_, hash, version));
  format::VersionHeader header = located.record.header;
  COFFER_TRY(impl_->remove_all_due(hash, version, header));
  const Located again = COFFER_TRY(require(*impl_, hash, version));
  header.unreachable_at_ms = 0;
  return impl_->change_header(hash, again, header);
}

void Transaction::note_refused(format::Action action, std::string_view name, std::uint64_t version,
                               const Error& error) {
  impl_->trying.reset();
  if (!is_refusal(error.code())) return;
  impl_->refused.push_back(
      {action, recordable(name), version, static_cast<std::uint32_t>(error.code())});
}

void Transaction::note(format::Action action, std::string_view name, std::uint64_t version) {
  impl_->note(action, name, version);
}

std::uint64_t Transaction::record_changes() const { return impl_->record_changes; }

Result<void> Transaction::note_read(std::string_view path, std::uint64_t version) {
  if (!COFFER_TRY(impl_->settings())->audit_reads) return {};
  impl_->noted.push_back({format::Action::read, std::string(path), version, 0});
  impl_->changed = true;
  return {};
}

void Transaction::mark_changed() { impl_->changed = true; }

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
  return hex(crypto::hash(impl_->engine.keyring->index_keys().digest.view(), bytes));
}

}  // namespace coffer::secrets
