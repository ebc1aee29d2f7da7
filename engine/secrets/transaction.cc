// Changing secrets. Every check stands before the first write of its operation, so that
// an error leaves the transaction as it was.
#include "secrets/transaction.h"

#include <algorithm>
#include <array>

#include "crypto/random.h"
#include "format/names.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

using storage::Table;
using Located = View::Impl::Located;

// What View::Impl::Located points into is gone with the next write: this is not.
struct Kept {
  std::uint64_t version = 0;
  format::VersionHeader header;
};

bool is_destroyed(const format::VersionHeader& header) {
  return (header.flags & format::kFlagDestroyed) != 0;
}

Result<void> check_custom(const std::map<std::string, std::string>& custom) {
  if (custom.size() > format::kCustomEntriesMax)
    return Error{ErrorCode::limit, "too many custom metadata entries"}.with_number(
        format::kCustomEntriesMax);
  for (const auto& [key, value] : custom) {
    if (key.empty() || key.size() > format::kCustomKeyBytesMax)
      return Error{ErrorCode::limit, "a custom metadata key is empty or too long"}
          .with_number(format::kCustomKeyBytesMax)
          .about(Subject::Kind::name, key);
    if (value.empty() || value.size() > format::kCustomValueBytesMax)
      return Error{ErrorCode::limit, "a custom metadata value is empty or too long"}
          .with_number(format::kCustomValueBytesMax)
          .about(Subject::Kind::name, key);
  }
  return {};
}

Result<void> check_cas(const PutRequest& request, std::uint64_t current, bool required) {
  if (!request.cas) {
    if (required)
      return Error{ErrorCode::conflict, "this secret is only written with check-and-set",
                   "give the current version: --cas N"};
    return {};
  }
  if (*request.cas != current)
    return Error{ErrorCode::conflict, "the current version is not the one given",
                 "read it again, then put with its number"}
        .with_number(current);
  return {};
}

// Re-wraps the DEK under a changed header; the value is not read.
Result<void> change_header(View::Impl& impl, const format::PathHash& hash, const Located& located,
                           const format::VersionHeader& after) {
  const format::VersionHeader before = located.record.header;
  Bytes record;
  if (is_destroyed(before)) {
    record = impl.cipher().tombstone(hash, located.version, after);
  } else {
    const BucketKey* bucket = COFFER_TRY(impl.bucket(hash));
    record = COFFER_TRY(impl.cipher().rewrap_version(hash, located.version, located.record, *bucket,
                                                     after, *bucket));
  }
  return impl.replace_version(hash, located.version, before, record, after);
}

// The versions asked for, all of them there and not destroyed; an empty list: the newest.
Result<std::vector<std::uint64_t>> resolve(const View::Impl& impl, const format::PathHash& hash,
                                           const std::vector<std::uint64_t>& versions) {
  std::vector<std::uint64_t> wanted = versions;
  if (wanted.empty()) wanted.push_back(0);
  for (std::uint64_t& version : wanted) {
    const auto located = COFFER_TRY(impl.find(hash, version));
    if (!located) return version == 0 ? no_such_secret() : no_such_version(version);
    version = located->version;
    if (is_destroyed(located->record.header))
      return Error{ErrorCode::not_found, "this version is gone", "see: coffer history PATH"}
          .with_number(version);
  }
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

Result<VersionInfo> Transaction::put(std::string_view path, const Value& value,
                                     const PutRequest& request) {
  Impl& impl = *impl_;
  const format::Settings& settings = impl.engine.settings;
  COFFER_TRY(format::check_path(path));
  if (format::parse_coordinate(path))
    return Error{ErrorCode::usage, "this path reads as a coordinate, so nothing could find it",
                 "leave out the _v and number at its end"}
        .about(Subject::Kind::path, path);
  if (value.bytes().size() > settings.value_bytes_max)
    return Error{ErrorCode::limit, "the value is larger than the store allows; nothing was changed",
                 "split it, or make the store with a larger limit"}
        .with_number(settings.value_bytes_max);
  if (request.custom) COFFER_TRY(check_custom(*request.custom));
  format::ValueContext context(impl.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = impl.cipher().hash(context);
  const auto newest = COFFER_TRY(impl.find(hash, 0));
  const std::uint64_t current = newest ? newest->version : 0;
  auto head = COFFER_TRY(impl.find_head(hash));
  const bool required = settings.cas_required || (head && head->metadata.cas_required);
  COFFER_TRY(check_cas(request, current, required));

  const std::int64_t now = now_ms();
  if (request.custom || request.managed) {
    if (!head) head = format::Head{std::string(path), {}};
    if (request.custom) head->metadata.custom = *request.custom;
    if (request.managed) head->metadata.managed = true;
    head->metadata.updated_at_ms = now;
    COFFER_TRY(impl.put_small(Table::history, format::history_key(hash, 0), format::Domain::head,
                              format::encode_head(*head).bytes()));
  }
  if (current == 0) {
    COFFER_TRY(impl.add_secret_name(path));
    ++impl.root->secret_count;
  }
  format::VersionHeader header;
  header.algorithm = settings.algorithm;
  header.created_at_ms = now;
  header.expires_at_ms = request.expires_at_ms;
  std::int64_t after = settings.delete_version_after_ms;
  if (head && head->metadata.delete_version_after_ms > 0 &&
      (after == 0 || head->metadata.delete_version_after_ms < after))
    after = head->metadata.delete_version_after_ms;
  if (after > 0) header.deletion_at_ms = now + after;
  const BucketKey* bucket = COFFER_TRY(impl.bucket(hash));
  const std::uint64_t version = current + 1;
  const Bytes record =
      impl.cipher().seal_version(context, hash, version, header, *bucket, value.bytes().bytes(),
                                 static_cast<std::uint8_t>(value.form()));
  header.value_tag = COFFER_TRY(format::decode_version(record)).header.value_tag;
  COFFER_TRY(impl.put_version(hash, version, record, header));
  if (header.expires_at_ms != 0)
    COFFER_TRY(impl.add_due(hash, version, header.expires_at_ms, Pending::Why::expiry, path));
  std::uint32_t keep = std::max(settings.max_versions, head ? head->metadata.max_versions : 0);
  if (keep == 0) keep = 10;
  COFFER_TRY(impl.trim(hash, version, keep));
  VersionInfo info;
  info.version = version;
  info.created_at_ms = now;
  info.deletion_at_ms = header.deletion_at_ms;
  info.expires_at_ms = header.expires_at_ms;
  return info;
}

// Versions beyond the limit go at once; what could open them goes with the next shredding.
Result<void> View::Impl::trim(const format::PathHash& hash, std::uint64_t newest,
                              std::uint32_t keep) {
  if (newest <= keep) return {};
  std::vector<Kept> old;
  COFFER_TRY(each_version(hash, newest - keep, [&](const Located& located) -> Result<bool> {
    old.push_back({located.version, located.record.header});
    return true;
  }));
  for (const Kept& version : old) {
    COFFER_TRY(remove_all_due(hash, version.version, version.header));
    COFFER_TRY(remove_version(hash, version.version, version.header));
  }
  return {};
}

Result<void> Transaction::soft_delete(std::string_view path,
                                      const std::vector<std::uint64_t>& versions) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*impl_, hash, versions))) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms != 0 && header.deletion_at_ms <= now) continue;
    header.deletion_at_ms = now;
    COFFER_TRY(change_header(*impl_, hash, located, header));
  }
  return {};
}

Result<void> Transaction::undelete(std::string_view path,
                                   const std::vector<std::uint64_t>& versions) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  for (const std::uint64_t version : COFFER_TRY(resolve(*impl_, hash, versions))) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    format::VersionHeader header = located.record.header;
    if (header.deletion_at_ms == 0) continue;
    header.deletion_at_ms = 0;
    COFFER_TRY(change_header(*impl_, hash, located, header));
  }
  return {};
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
    const auto head = COFFER_TRY(find_head(hash));
    if (head && head->metadata.managed) after.unreachable_at_ms = now_ms();
  }
  COFFER_TRY(remove_all_due(hash, version, before));
  if (after.unreachable_at_ms != 0)
    COFFER_TRY(add_due(hash, version, after.unreachable_at_ms + kForgetAfterMs,
                       Pending::Why::forget, path));
  COFFER_TRY(
      replace_version(hash, version, before, cipher().tombstone(hash, version, after), after));
  touched.set(hash[0]);
  must_shred = true;
  destroyed.push_back({std::string(path), version, time_was_over ? "expired" : "destroyed"});
  return {};
}

Result<void> Transaction::destroy(std::string_view path,
                                  const std::vector<std::uint64_t>& versions) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::int64_t now = now_ms();
  for (const std::uint64_t version : COFFER_TRY(resolve(*impl_, hash, versions))) {
    const Located located = COFFER_TRY(require(*impl_, hash, version));
    const std::int64_t expires = located.record.header.expires_at_ms;
    COFFER_TRY(impl_->destroy_located(hash, located, path, expires != 0 && expires <= now));
  }
  return {};
}

Result<void> Transaction::destroy_all(std::string_view path) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  std::vector<std::uint64_t> living;
  bool any = false;
  COFFER_TRY(impl_->each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    any = true;
    if (!is_destroyed(located.record.header)) living.push_back(located.version);
    return true;
  }));
  if (!any) return no_such_secret();
  if (living.empty()) return {};
  return destroy(path, living);
}

Result<void> Transaction::erase(std::string_view path) {
  Impl& impl = *impl_;
  const format::PathHash hash = impl.cipher().hash(format::Kind::secret, path);
  std::vector<Kept> versions;
  COFFER_TRY(impl.each_version(hash, 0, [&](const Located& located) -> Result<bool> {
    versions.push_back({located.version, located.record.header});
    return true;
  }));
  const bool has_head =
      COFFER_TRY(impl.txn.get(Table::history, format::history_key(hash, 0))).has_value();
  if (versions.empty() && !has_head) return no_such_secret();
  for (const Kept& version : versions) {
    if (!is_destroyed(version.header)) {
      impl.must_shred = true;
      impl.destroyed.push_back({std::string(path), version.version, "destroyed"});
    }
    COFFER_TRY(impl.remove_all_due(hash, version.version, version.header));
    COFFER_TRY(impl.remove_version(hash, version.version, version.header));
  }
  if (has_head) COFFER_TRY(impl.remove_small(Table::history, format::history_key(hash, 0)));
  --impl.root->secret_count;
  return impl.remove_secret_name(path);
}

Result<void> Transaction::set_expiry(std::string_view path, std::uint64_t version,
                                     std::int64_t expires_at_ms) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const std::uint64_t resolved = COFFER_TRY(resolve(*impl_, hash, {version})).front();
  const Located located = COFFER_TRY(require(*impl_, hash, resolved));
  format::VersionHeader header = located.record.header;
  const std::int64_t before = header.expires_at_ms;
  if (before == expires_at_ms) return {};
  if (before != 0 && before <= now_ms())
    return Error{ErrorCode::expired, "this version has expired", "put a new one"}.with_number(
        resolved);
  header.expires_at_ms = expires_at_ms;
  COFFER_TRY(change_header(*impl_, hash, located, header));
  if (before != 0) COFFER_TRY(impl_->remove_due(hash, resolved, before, Pending::Why::expiry));
  if (expires_at_ms == 0) return {};
  return impl_->add_due(hash, resolved, expires_at_ms, Pending::Why::expiry, path);
}

Result<void> Transaction::mark_unreachable(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*impl_, hash, version));
  format::VersionHeader header = located.record.header;
  if (header.unreachable_at_ms != 0 || is_destroyed(header)) return {};
  header.unreachable_at_ms = now_ms();
  COFFER_TRY(change_header(*impl_, hash, located, header));
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
  COFFER_TRY(change_header(*impl_, hash, located, header));
  return impl_->remove_due(hash, located.version, since, Pending::Why::unreachable);
}

Result<void> Transaction::stop_forgetting(std::string_view path, std::uint64_t version) {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const Located located = COFFER_TRY(require(*impl_, hash, version));
  format::VersionHeader header = located.record.header;
  COFFER_TRY(impl_->remove_all_due(hash, version, header));
  const Located again = COFFER_TRY(require(*impl_, hash, version));
  header.unreachable_at_ms = 0;
  return change_header(*impl_, hash, again, header);
}

std::string Transaction::mint_uuid() {
  std::array<std::uint8_t, 16> bytes;
  crypto::system_random().fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string Transaction::content_id(ByteView bytes) const {
  const crypto::Hash digest =
      crypto::hash(impl_->engine.keyring->index_keys().digest.view(), bytes);
  std::string text;
  for (const std::uint8_t byte : digest) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace coffer::secrets
