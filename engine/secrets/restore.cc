// Writes a secret with its history from elsewhere, for the import of an export.
#include "format/names.h"
#include "secrets/kinds.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/time_index.h"
#include "secrets/rows/versions.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {
namespace {

Error impossible(const VersionInfo& info) {
  return Error(ErrorCode::usage, "a version has an impossible number or time",
               "list versions newest first, numbered from 1, made no later than now")
      .with_number(info.version);
}

Result<void> check_infos(const std::vector<RestoredVersion>& versions, std::int64_t now_ms) {
  // The numbers must be far from the largest one, so that there are always more.
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

Result<void> check_values(const Reading& reading, std::string_view path,
                          const std::vector<RestoredVersion>& versions,
                          const MetadataChange& metadata, bool managed) {
  const format::Settings& settings = *COFFER_TRY(reading.settings());
  for (const RestoredVersion& version : versions) {
    if (version.value) COFFER_TRY(check_value(path, *version.value, managed, settings));
  }
  // Older or deleted values may come from a time before the secret had this kind.
  const bool is_shown = !versions.empty() && versions.front().value &&
                        (versions.front().info.deletion_at_ms == 0 ||
                         versions.front().info.deletion_at_ms > reading.now_ms());
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
  Writing& writing = *writing_;
  COFFER_TRY(format::check_path(path));
  const format::Settings& settings = *COFFER_TRY(writing.settings());
  // A config's secret must have a coordinate as its name; the naming rules do not apply to it.
  if (managed && !format::parse_coordinate(std::string(path) + "_v1"))
    return Error(ErrorCode::usage, "a config's secret cannot have this name")
        .about(Subject::Kind::path, path);
  if (!managed) COFFER_TRY(check_new_name(settings, path));
  if (COFFER_TRY(exists(path)))
    return Error(ErrorCode::conflict, "there is a secret of that name already; nothing was changed",
                 Advice::remove_secret_first)
        .about(Subject::Kind::path, path);
  COFFER_TRY(check_infos(versions, now_ms()));
  COFFER_TRY(check_change(metadata));
  COFFER_TRY(check_values(writing, path, versions, metadata, managed));
  if (created_at_ms < 0 || created_at_ms > now_ms()) return impossible({});
  for (const RestoredVersion& version : versions) {
    if (version.info.expires_at_ms != 0) COFFER_TRY(writing.check_clock());
  }
  format::Head head{std::string(path), {}};
  apply_change(metadata, head.metadata);
  settle_marks(metadata, {}, marks_by_, head.metadata);
  COFFER_TRY(check_outcome(head.metadata));
  head.metadata.managed = managed;

  format::ValueContext context(writing.cipher().store(), format::Kind::secret, path);
  const format::PathHash hash = writing.cipher().hash(context);
  // A secret without versions exists by its head.
  std::uint32_t head_revision = 0;
  if (!is_nothing(metadata) || versions.empty() || managed)
    head_revision = COFFER_TRY(write_head(writing, hash, head));
  COFFER_TRY(add_secret_name(writing, path, created_at_ms, versions.empty() ? head_revision : 0));
  writing.increase(Count::secrets);
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
      sealed.record = writing.cipher().tombstone(hash, number, header);
    } else {
      const WrappingKey wrapper = COFFER_TRY(writing.sealing_key(hash));
      sealed = writing.cipher().seal_version(context, hash, number, header, wrapper,
                                             version.value->bytes().bytes(),
                                             static_cast<std::uint8_t>(version.value->form()));
      header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
      if (header.expires_at_ms != 0)
        COFFER_TRY(
            add_due(writing, hash, number, header.expires_at_ms, Pending::Why::expiry, path));
    }
    COFFER_TRY(writing.put_version(hash, number, sealed, header));
  }
  writing.notes().note(format::Action::put, path,
                       versions.empty() ? 0 : versions.front().info.version);
  return {};
}

}  // namespace coffer::secrets
