// Adding a version: what is checked first, what is written, what goes beyond the limit.
#include <coffer/audit.h>

#include <algorithm>

#include "engine/text/json.h"
#include "format/name_rule.h"
#include "format/names.h"
#include "secrets/engine_state.h"
#include "secrets/kinds.h"
#include "secrets/scope.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {
namespace {

using storage::Table;
using Located = View::Impl::Located;

constexpr std::uint32_t kVersionsKeptByDefault = 10;

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

Result<Current> check_current(const View::Impl& impl, const format::PathHash& hash,
                              std::string_view path, const PutRequest& request) {
  Current current;
  const auto newest = COFFER_TRY(impl.find(hash, 0));
  if (newest) {
    // The next number and check-and-set rest on this header: a forged one is not believed.
    COFFER_TRY(impl.authenticate(hash, *newest));
    current.version = newest->version;
    if (current.version == UINT64_MAX)
      return Error{ErrorCode::corrupt, "a version's number is out of range", "see: coffer verify"};
  }
  current.head = COFFER_TRY(impl.head_of(hash, path, newest));
  const Metadata* metadata = current.head ? &current.head->metadata : nullptr;
  const bool required =
      COFFER_TRY(impl.settings())->cas_required || (metadata != nullptr && metadata->cas_required);
  COFFER_TRY(check_cas(request, current.version, required));
  if (metadata != nullptr && metadata->managed && !request.managed)
    return Error{ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                 "put the config: coffer config put ID"}
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

// The larger of the store's and the secret's.
std::uint32_t kept_by(const format::Settings& settings, const std::optional<format::Head>& head) {
  const std::uint32_t kept =
      std::max(settings.max_versions, head ? head->metadata.max_versions : 0);
  return kept == 0 ? kVersionsKeptByDefault : kept;
}

MetadataChange change_of(const PutRequest& request) {
  MetadataChange change;
  change.custom = request.custom;
  change.kind = request.kind;
  change.description = request.description;
  change.owner = request.owner;
  change.tags = request.tags;
  return change;
}

VersionInfo info_of(std::uint64_t version, const format::VersionHeader& header) {
  return {version, header.created_at_ms, header.deletion_at_ms, header.expires_at_ms, false};
}

}  // namespace

Result<void> check_value(std::string_view path, const Value& value, bool managed,
                         const format::Settings& settings) {
  const Scope scope = scope_of(settings, path);
  if (value.bytes().size() > scope.value_bytes_max)
    return Error{ErrorCode::limit, "the value is larger than the store allows; nothing was changed",
                 "split it, or raise the limit: coffer settings put --value-limit N"}
        .with_size(value.bytes().size(), scope.value_bytes_max);
  // What a config mints is named by the engine, and its fields by nobody here.
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

// delete_version_after: the smaller of the store's and the secret's, of those that are set.
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
  Impl& impl = *impl_;
  COFFER_TRY(format::check_path(path));
  impl.attempt(action, path);
  const format::Settings& settings = *COFFER_TRY(impl.settings());
  COFFER_TRY(check_value(path, value, request.managed, settings));
  const MetadataChange change = change_of(request);
  COFFER_TRY(check_change(change));
  if (request.expires_at_ms != 0) COFFER_TRY(impl.check_clock());
  format::ValueContext context(impl.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = impl.cipher().hash(context);
  Current current = COFFER_TRY(check_current(impl, hash, path, request));
  const std::uint64_t version = request.version != 0 ? request.version : current.version + 1;
  if (version <= current.version)
    return Error{ErrorCode::conflict, "a version of that number was there already"}.with_number(
        version);
  const bool is_new = current.version == 0 && !current.head;
  bool changes_head = !is_nothing(change) || request.managed;
  if (changes_head && !current.head) current.head = format::Head{std::string(path), {}};
  if (changes_head) {
    const Metadata before = current.head->metadata;
    apply_change(change, current.head->metadata);
    settle_marks(change, before, impl.marks_by, current.head->metadata);
  }
  if (current.head && doubt_marks(actor().user, current.head->metadata)) changes_head = true;
  if (current.head) COFFER_TRY(check_value_of_kind(current.head->metadata.kind, value));

  format::VersionHeader header = new_header(settings, current.head, request, now_ms());
  if (changes_head) {
    current.head->metadata.managed = current.head->metadata.managed || request.managed;
    header.head_revision = COFFER_TRY(impl.write_head(hash, *current.head));
  } else if (current.head) {
    header.head_revision = static_cast<std::uint32_t>(current.head->metadata.revision);
  }
  if (is_new) {
    COFFER_TRY(impl.add_secret_name(path));
    ++impl.root->secret_count;
  } else if (current.version == 0) {
    COFFER_TRY(impl.tell_name(path, 0));
  }
  header.older_versions = COFFER_TRY(impl.supersede(hash));
  const std::uint32_t kept = kept_by(settings, current.head);
  if (version > kept)
    header.older_versions -= COFFER_TRY(
        impl.trim(hash, path, version - kept, COFFER_TRY(references_to(path)), current.head));
  const WrappingKey wrapper = COFFER_TRY(impl.sealing_key(hash));
  const Cipher::Sealed sealed =
      impl.cipher().seal_version(context, hash, version, header, wrapper, value.bytes().bytes(),
                                 static_cast<std::uint8_t>(value.form()));
  header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
  COFFER_TRY(impl.put_version(hash, version, sealed, header));
  if (header.expires_at_ms != 0)
    COFFER_TRY(impl.add_due(hash, version, header.expires_at_ms, Pending::Why::expiry, path));
  impl.note(action, path, version);
  return info_of(version, header);
}

Result<std::uint64_t> View::versions_kept(std::string_view path) const {
  const format::PathHash hash = impl_->cipher().hash(format::Kind::secret, path);
  const format::Settings& settings = *COFFER_TRY(impl_->settings());
  return std::uint64_t{kept_by(settings, COFFER_TRY(impl_->head_of(hash, path)))};
}

// Versions beyond the limit go at once; what could open them goes with the next shredding.
// What somebody refers to stays, and so does a minted version on a lease.
Result<std::uint32_t> View::Impl::trim(const format::PathHash& hash, std::string_view path,
                                       std::uint64_t newest_to_go,
                                       const std::vector<Reference>& references,
                                       const std::optional<format::Head>& head) {
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
  return static_cast<std::uint32_t>(old.size());
}

// Versions but the newest are marked, and the newest tells of them and of the head: so neither can
// be taken out unseen.
Result<std::uint32_t> View::Impl::supersede(const format::PathHash& hash) {
  const auto newest = COFFER_TRY(find(hash, 0));
  if (!newest) return std::uint32_t{0};
  format::VersionHeader header = newest->record.header;
  const std::uint32_t rows = header.older_versions + 1;
  header.flags |= format::kFlagSuperseded;
  header.head_revision = 0;
  header.older_versions = 0;
  COFFER_TRY(change_header(hash, *newest, header));
  return rows;
}

}  // namespace coffer::secrets
