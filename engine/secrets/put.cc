// Adds a version: checks first, then writes, then trims versions beyond the limit.
#include <coffer/audit.h>

#include <algorithm>

#include "format/name_rule.h"
#include "format/names.h"
#include "secrets/kinds.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/time_index.h"
#include "secrets/rows/versions.h"
#include "secrets/scope.h"
#include "secrets/secret_metadata.h"
#include "text/json.h"

namespace coffer::secrets {
namespace {

constexpr std::uint32_t kVersionsKeptByDefault = 10;

Result<void> check_cas(const PutRequest& request, std::uint64_t current, bool required) {
  if (!request.cas) {
    if (required)
      return Error(ErrorCode::conflict, "this secret can only be written with check-and-set",
                   Advice::give_cas);
    return {};
  }
  if (*request.cas != current)
    return Error(ErrorCode::conflict, "the current version is another than the one given",
                 "read it again, then put with its number")
        .with_number(current);
  return {};
}

// The state before a put: the newest version's number (0: none) and the metadata, if any.
struct Current {
  std::uint64_t version = 0;
  std::optional<format::Head> head;
};

Result<Current> check_current(const Reading& reading, const format::PathHash& hash,
                              std::string_view path, const PutRequest& request) {
  Current current;
  const auto newest = COFFER_TRY(reading.find(hash, 0));
  if (newest) {
    // The next number and the check-and-set depend on this header, so check that it is genuine.
    COFFER_TRY(reading.authenticate(hash, *newest));
    current.version = newest->version;
    if (current.version == UINT64_MAX)
      return Error(ErrorCode::corrupt, "a version's number is out of range", Advice::verify_store);
  }
  current.head = COFFER_TRY(head_of(reading, hash, path, newest));
  const Metadata* metadata = current.head ? &current.head->metadata : nullptr;
  const bool required = COFFER_TRY(reading.settings())->cas_required ||
                        (metadata != nullptr && metadata->cas_required);
  COFFER_TRY(check_cas(request, current.version, required));
  if (metadata != nullptr && metadata->managed && !request.managed)
    return Error(ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                 Advice::put_config)
        .about(Subject::Kind::path, path);
  return current;
}

format::VersionHeader new_header(const format::Settings& settings,
                                 const std::optional<format::Head>& head, const PutRequest& request,
                                 std::int64_t now_ms) {
  format::VersionHeader header;
  header.algorithm = settings.algorithm;
  header.created_at_ms = now_ms;
  header.expires_at_ms = request.expires_at_ms;
  if (request.managed) header.flags |= format::kFlagManaged;
  // A config's secret lives as long as the config refers to it.
  if (!request.managed) header.deletion_at_ms = deletion_time(settings, head, now_ms);
  return header;
}

// The larger max_versions of the store and the secret.
std::uint32_t kept_by(const format::Settings& settings, const std::optional<format::Head>& head) {
  const std::uint32_t kept =
      std::max(settings.max_versions, head ? head->metadata.max_versions : 0);
  return kept == 0 ? kVersionsKeptByDefault : kept;
}

// Removes the versions beyond the limit; the next shredding erases the key that opens them. Keeps a
// version that a reference names, and a minted version on a lease.
Result<std::uint32_t> trim(Writing& writing, const format::PathHash& hash, std::string_view path,
                           std::uint64_t newest_to_go, const std::vector<Reference>& references,
                           const std::optional<format::Head>& head) {
  const bool managed = head && head->metadata.managed;
  std::vector<KeptVersion> old;
  COFFER_TRY(writing.each_version(hash, newest_to_go, [&](const Located& located) -> Result<bool> {
    const format::VersionHeader& header = located.record.header;
    const bool referenced = std::any_of(
        references.begin(), references.end(),
        [&](const Reference& reference) { return reference.version == located.version; });
    const bool leased = managed && header.expires_at_ms > writing.now_ms();
    if (header.is_destroyed() || (!referenced && !leased)) old.push_back({located.version, header});
    return true;
  }));
  for (const KeptVersion& version : old) {
    COFFER_TRY(remove_all_due(writing, hash, version.version, version.header));
    COFFER_TRY(writing.remove_version(hash, version.version, version.header));
    if (!version.header.is_destroyed())
      writing.notes().note(format::Action::trim, path, version.version);
  }
  return static_cast<std::uint32_t>(old.size());
}

// Marks the newest version as superseded and returns how many rows are then older. The newest row
// holds this count and the head's revision, so that a row that disappears is noticed.
Result<std::uint32_t> supersede(Writing& writing, const format::PathHash& hash) {
  const auto newest = COFFER_TRY(writing.find(hash, 0));
  if (!newest) return std::uint32_t{0};
  format::VersionHeader header = newest->record.header;
  const std::uint32_t rows = header.older_versions + 1;
  header.flags |= format::kFlagSuperseded;
  header.head_revision = 0;
  header.older_versions = 0;
  COFFER_TRY(writing.change_header(hash, *newest, header));
  return rows;
}

VersionInfo info_of(std::uint64_t version, const format::VersionHeader& header) {
  return {version, header.created_at_ms, header.deletion_at_ms, header.expires_at_ms, false};
}

}  // namespace

Result<void> check_value(std::string_view path, const Value& value, bool managed,
                         const format::Settings& settings) {
  const Scope scope = scope_of(settings, path);
  if (value.bytes().size() > scope.value_bytes_max)
    return Error(ErrorCode::limit, "the value is larger than the store allows; nothing was changed",
                 Advice::raise_value_limit)
        .with_size(value.bytes().size(), scope.value_bytes_max);
  // The engine names a config's secrets, and no rules apply to their fields.
  if (managed) return {};
  COFFER_TRY(check_new_name(settings, path));
  if (format::allows_any(scope.names->fields) || !value.is_json()) return {};
  const auto document = COFFER_TRY(json::Document::parse(value.text()));
  if (document.type(0) != json::Type::object) return {};
  for (json::NodeId member = document.first_child(0); member != json::kNoNode;
       member = document.next_sibling(member))
    COFFER_TRY(format::check_field_name(scope.names->fields, document.key(member)));
  return {};
}

// Uses the smaller delete_version_after of the store and the secret; an unset one does not count.
std::int64_t deletion_time(const format::Settings& settings,
                           const std::optional<format::Head>& head, std::int64_t now_ms) {
  std::int64_t after = settings.delete_version_after_ms;
  const std::int64_t own = head ? head->metadata.delete_version_after_ms : 0;
  if (own > 0 && (after == 0 || own < after)) after = own;
  return after > 0 ? now_ms + after : 0;
}

Result<VersionInfo> Transaction::put(std::string_view path, const Value& value,
                                     const PutRequest& request) {
  return put_as(format::Action::put, path, value, request);
}

Result<VersionInfo> Transaction::put_as(format::Action action, std::string_view path,
                                        const Value& value, const PutRequest& request) {
  Writing& writing = *writing_;
  COFFER_TRY(format::check_path(path));
  writing.notes().attempt(action, path);
  const format::Settings& settings = *COFFER_TRY(writing.settings());
  COFFER_TRY(check_value(path, value, request.managed, settings));
  const MetadataChange& change = request.metadata;
  COFFER_TRY(check_change(change));
  if (request.expires_at_ms != 0) COFFER_TRY(writing.check_clock());
  format::ValueContext context(writing.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = writing.cipher().hash(context);
  Current current = COFFER_TRY(check_current(writing, hash, path, request));
  const std::uint64_t version = request.version != 0 ? request.version : current.version + 1;
  if (version <= current.version)
    return Error(ErrorCode::conflict, "this version number was used already").with_number(version);
  COFFER_TRY(check_metadata_cas(change, current.head ? current.head->metadata.revision : 0));
  const bool is_new = current.version == 0 && !current.head;
  bool changes_head = !is_nothing(change) || request.managed;
  if (changes_head && !current.head) current.head = format::Head{std::string(path), {}};
  if (changes_head) {
    const Metadata before = current.head->metadata;
    apply_change(change, current.head->metadata);
    settle_marks(change, before, marks_by_, current.head->metadata);
    COFFER_TRY(check_outcome(current.head->metadata));
  }
  if (current.head && doubt_marks(actor().user, current.head->metadata)) changes_head = true;
  if (current.head) COFFER_TRY(check_value_of_kind(current.head->metadata.kind, value));

  format::VersionHeader header = new_header(settings, current.head, request, now_ms());
  if (changes_head) {
    current.head->metadata.managed = current.head->metadata.managed || request.managed;
    header.head_revision = COFFER_TRY(write_head(writing, hash, *current.head));
  } else if (current.head) {
    header.head_revision = static_cast<std::uint32_t>(current.head->metadata.revision);
  }
  if (is_new) {
    COFFER_TRY(add_secret_name(writing, path));
    writing.increase(Count::secrets);
  } else if (current.version == 0) {
    COFFER_TRY(tell_name(writing, path, 0));
  }
  header.older_versions = COFFER_TRY(supersede(writing, hash));
  const std::uint32_t kept = kept_by(settings, current.head);
  if (version > kept)
    header.older_versions -= COFFER_TRY(
        trim(writing, hash, path, version - kept, COFFER_TRY(references_to(path)), current.head));
  const WrappingKey wrapper = COFFER_TRY(writing.sealing_key(hash));
  const Cipher::Sealed sealed =
      writing.cipher().seal_version(context, hash, version, header, wrapper, value.bytes().bytes(),
                                    static_cast<std::uint8_t>(value.form()));
  header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
  COFFER_TRY(writing.put_version(hash, version, sealed, header));
  if (header.expires_at_ms != 0)
    COFFER_TRY(add_due(writing, hash, version, header.expires_at_ms, Pending::Why::expiry, path));
  writing.notes().note(action, path, version);
  return info_of(version, header);
}

Result<std::uint64_t> View::versions_kept(std::string_view path) const {
  const format::PathHash hash = reading_->cipher().hash(format::Kind::secret, path);
  const format::Settings& settings = *COFFER_TRY(reading_->settings());
  return std::uint64_t{kept_by(settings, COFFER_TRY(head_of(*reading_, hash, path)))};
}

}  // namespace coffer::secrets
