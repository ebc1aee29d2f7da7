// A secret that comes from elsewhere with its history: what an import of an export writes.
#include "format/names.h"
#include "secrets/engine_state.h"
#include "secrets/kinds.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {
namespace {

Error impossible(const VersionInfo& info) {
  return Error{ErrorCode::usage, "a version has a number or times that it cannot have",
               "versions stand newest first, from 1 up, made no later than now"}
      .with_number(info.version);
}

Result<void> check_infos(const std::vector<RestoredVersion>& versions, std::int64_t now_ms) {
  // Numbers far below the end, so that there are always more.
  std::uint64_t newer = std::uint64_t{INT64_MAX} + 1;
  for (const RestoredVersion& version : versions) {
    const VersionInfo& info = version.info;
    const bool in_order = info.version >= 1 && info.version < newer;
    const bool in_time = info.created_at_ms >= 0 && info.created_at_ms <= now_ms &&
                         info.deletion_at_ms >= 0 && info.expires_at_ms >= 0;
    const bool is_bounded = info.expires_at_ms <= now_ms + kTtlMaxMs;
    if (!in_order || !in_time || !is_bounded) return impossible(info);
    if (info.destroyed && version.value) return impossible(info);
    newer = info.version;
  }
  return {};
}

Result<void> check_values(const View::Impl& impl, std::string_view path,
                          const std::vector<RestoredVersion>& versions,
                          const MetadataChange& metadata, bool managed) {
  const format::Settings& settings = *COFFER_TRY(impl.settings());
  for (const RestoredVersion& version : versions) {
    if (version.value) COFFER_TRY(check_value(path, *version.value, managed, settings));
  }
  // Older values may be from before the secret was of this kind, and so may a deleted one.
  const bool is_shown = !versions.empty() && versions.front().value &&
                        (versions.front().info.deletion_at_ms == 0 ||
                         versions.front().info.deletion_at_ms > impl.now_ms());
  if (metadata.kind && is_shown) {
    COFFER_TRY(check_value_of_kind(*metadata.kind, *versions.front().value));
  }
  return {};
}

format::VersionHeader header_of(const format::Settings& settings, const RestoredVersion& version,
                                std::int64_t now_ms) {
  const VersionInfo& info = version.info;
  format::VersionHeader header;
  header.algorithm = settings.algorithm;
  header.created_at_ms = info.created_at_ms != 0 ? info.created_at_ms : now_ms;
  header.deletion_at_ms = info.deletion_at_ms;
  header.expires_at_ms = info.expires_at_ms;
  const bool is_over = info.expires_at_ms != 0 && info.expires_at_ms <= now_ms;
  if (!version.value || is_over) header.flags |= format::kFlagDestroyed;
  if (is_over && !info.destroyed) header.flags |= format::kFlagReclaimed;
  return header;
}

}  // namespace

Result<void> Transaction::restore(std::string_view path,
                                  const std::vector<RestoredVersion>& versions,
                                  std::int64_t created_at_ms, const MetadataChange& metadata,
                                  bool managed) {
  Impl& impl = *impl_;
  COFFER_TRY(format::check_path(path));
  const format::Settings& settings = *COFFER_TRY(impl.settings());
  // What configs hold is named by coordinates, whatever names people are held to.
  if (managed && !format::parse_coordinate(std::string(path) + "_v1"))
    return Error{ErrorCode::usage, "no secret of a config has such a name"}.about(
        Subject::Kind::path, path);
  if (!managed) COFFER_TRY(check_new_name(settings, path));
  if (COFFER_TRY(exists(path)))
    return Error{ErrorCode::conflict, "there is a secret of that name already; nothing was changed",
                 Advice::remove_secret_first}
        .about(Subject::Kind::path, path);
  COFFER_TRY(check_infos(versions, now_ms()));
  COFFER_TRY(check_change(metadata));
  COFFER_TRY(check_values(impl, path, versions, metadata, managed));
  if (created_at_ms < 0 || created_at_ms > now_ms()) return impossible({});
  for (const RestoredVersion& version : versions) {
    if (version.info.expires_at_ms != 0) COFFER_TRY(impl.check_clock());
  }
  format::Head head{std::string(path), {}};
  apply_change(metadata, head.metadata);
  settle_marks(metadata, {}, impl.marks_by, head.metadata);
  COFFER_TRY(check_outcome(head.metadata));
  head.metadata.managed = managed;

  format::ValueContext context(impl.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = impl.cipher().hash(context);
  // Without a version it is the head that makes a secret of the name.
  std::uint32_t head_revision = 0;
  if (!is_nothing(metadata) || versions.empty() || managed)
    head_revision = COFFER_TRY(impl.write_head(hash, head));
  COFFER_TRY(impl.add_secret_name(path, created_at_ms, versions.empty() ? head_revision : 0));
  ++impl.root->secret_count;
  for (const RestoredVersion& version : versions) {
    format::VersionHeader header = header_of(settings, version, now_ms());
    if (managed) header.flags |= format::kFlagManaged;
    if (&version != &versions.front()) {
      header.flags |= format::kFlagSuperseded;
    } else {
      header.head_revision = head_revision;
      header.older_versions = static_cast<std::uint32_t>(versions.size() - 1);
    }
    const std::uint64_t number = version.info.version;
    Cipher::Sealed sealed;
    if (header.is_destroyed()) {
      sealed.record = impl.cipher().tombstone(hash, number, header);
    } else {
      const WrappingKey wrapper = COFFER_TRY(impl.sealing_key(hash));
      sealed = impl.cipher().seal_version(context, hash, number, header, wrapper,
                                          version.value->bytes().bytes(),
                                          static_cast<std::uint8_t>(version.value->form()));
      header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
      if (header.expires_at_ms != 0)
        COFFER_TRY(impl.add_due(hash, number, header.expires_at_ms, Pending::Why::expiry, path));
    }
    COFFER_TRY(impl.put_version(hash, number, sealed, header));
  }
  impl.note(format::Action::put, path, versions.empty() ? 0 : versions.front().info.version);
  return {};
}

}  // namespace coffer::secrets
