// Adding a version: what is checked first, what is written, what goes beyond the limit.
#include <algorithm>

#include "format/names.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {
namespace {

using storage::Table;
using Located = View::Impl::Located;

constexpr std::uint32_t kVersionsKeptByDefault = 10;

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

// What a put stands on: the newest version's number (0: none) and the metadata, if any.
struct Current {
  std::uint64_t version = 0;
  std::optional<format::Head> head;
};

Result<Current> check_put(const View::Impl& impl, const format::PathHash& hash,
                          std::string_view path, const PutRequest& request) {
  Current current;
  if (const auto newest = COFFER_TRY(impl.find(hash, 0))) {
    // The next number and check-and-set rest on this header: a forged one is not believed.
    COFFER_TRY(impl.authenticate(hash, *newest));
    current.version = newest->version;
    if (current.version == UINT64_MAX)
      return Error{ErrorCode::corrupt, "a version's number is out of range", "see: coffer verify"};
  }
  current.head = COFFER_TRY(impl.find_head(hash));
  const Metadata* metadata = current.head ? &current.head->metadata : nullptr;
  const bool required =
      impl.engine.settings.cas_required || (metadata != nullptr && metadata->cas_required);
  COFFER_TRY(check_cas(request, current.version, required));
  if (metadata != nullptr && metadata->managed && !request.managed)
    return Error{ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                 "put the config: coffer config put ID"}
        .about(Subject::Kind::path, path);
  return current;
}

Result<void> put_head(View::Impl& impl, const format::PathHash& hash, std::string_view path,
                      const PutRequest& request, std::optional<format::Head>& head) {
  if (!head) head = format::Head{std::string(path), {}};
  if (request.custom) head->metadata.custom = *request.custom;
  if (request.managed) head->metadata.managed = true;
  head->metadata.updated_at_ms = impl.now_ms();
  return impl.put_small(Table::history, format::history_key(hash, 0), format::Domain::head,
                        format::encode_head(*head).bytes());
}

// delete_version_after: the smaller of the store's and the secret's, of those that are set.
format::VersionHeader new_header(const format::Settings& settings,
                                 const std::optional<format::Head>& head, const PutRequest& request,
                                 std::int64_t now_ms) {
  format::VersionHeader header;
  header.algorithm = settings.algorithm;
  header.created_at_ms = now_ms;
  header.expires_at_ms = request.expires_at_ms;
  std::int64_t after = settings.delete_version_after_ms;
  const std::int64_t own = head ? head->metadata.delete_version_after_ms : 0;
  if (own > 0 && (after == 0 || own < after)) after = own;
  if (after > 0) header.deletion_at_ms = now_ms + after;
  return header;
}

// The larger of the store's and the secret's.
std::uint32_t versions_kept(const format::Settings& settings,
                            const std::optional<format::Head>& head) {
  const std::uint32_t kept =
      std::max(settings.max_versions, head ? head->metadata.max_versions : 0);
  return kept == 0 ? kVersionsKeptByDefault : kept;
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
  if (request.expires_at_ms != 0) COFFER_TRY(impl.check_clock());
  format::ValueContext context(impl.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = impl.cipher().hash(context);
  Current current = COFFER_TRY(check_put(impl, hash, path, request));

  if (request.custom || request.managed)
    COFFER_TRY(put_head(impl, hash, path, request, current.head));
  if (current.version == 0) {
    COFFER_TRY(impl.add_secret_name(path));
    ++impl.root->secret_count;
  }
  format::VersionHeader header = new_header(settings, current.head, request, now_ms());
  const std::uint64_t version = current.version + 1;
  const BucketKey* bucket = COFFER_TRY(impl.bucket(hash));
  const Bytes record =
      impl.cipher().seal_version(context, hash, version, header, *bucket, value.bytes().bytes(),
                                 static_cast<std::uint8_t>(value.form()));
  header.value_tag = COFFER_TRY(format::decode_version(record)).header.value_tag;
  COFFER_TRY(impl.put_version(hash, version, record, header));
  if (header.expires_at_ms != 0)
    COFFER_TRY(impl.add_due(hash, version, header.expires_at_ms, Pending::Why::expiry, path));
  const std::uint32_t kept = versions_kept(settings, current.head);
  if (version > kept)
    COFFER_TRY(impl.trim(hash, path, version - kept, COFFER_TRY(references_to(path))));
  impl.note(format::Action::put, path, version);
  VersionInfo info;
  info.version = version;
  info.created_at_ms = header.created_at_ms;
  info.deletion_at_ms = header.deletion_at_ms;
  info.expires_at_ms = header.expires_at_ms;
  return info;
}

// Versions beyond the limit go at once; what could open them goes with the next shredding.
// What somebody refers to stays, and so does a minted version on a lease.
Result<void> View::Impl::trim(const format::PathHash& hash, std::string_view path,
                              std::uint64_t newest_to_go,
                              const std::vector<Reference>& references) {
  const auto head = COFFER_TRY(find_head(hash));
  const bool managed = head && head->metadata.managed;
  std::vector<KeptVersion> old;
  COFFER_TRY(each_version(hash, newest_to_go, [&](const Located& located) -> Result<bool> {
    const format::VersionHeader& header = located.record.header;
    const bool referenced = std::any_of(
        references.begin(), references.end(),
        [&](const Reference& reference) { return reference.version == located.version; });
    const bool leased = managed && header.expires_at_ms > now_ms();
    if (header.is_destroyed() || (!referenced && !leased)) old.push_back({located.version, header});
    return true;
  }));
  for (const KeptVersion& version : old) {
    COFFER_TRY(remove_all_due(hash, version.version, version.header));
    COFFER_TRY(remove_version(hash, version.version, version.header));
    if (!version.header.is_destroyed()) note(format::Action::trim, path, version.version);
  }
  return {};
}

}  // namespace coffer::secrets
