#include "tools/transfer/store_images.h"

#include "tools/command/secret/target.h"

namespace coffer::tools {
namespace {

// The value of a version, if the version has one to carry.
template <typename Reader>
Result<std::optional<Value>> value_of(const Reader& store, const std::string& path,
                                      const VersionInfo& info, Extent extent) {
  if (info.destroyed) return std::optional<Value>();
  Result<Secret> secret =
      extent == Extent::all ? store.get_kept(path, info.version) : store.get(path, info.version);
  if (secret) return std::optional<Value>(std::move(secret->value));
  if (secret.error().code() == ErrorCode::not_found || !is_gone(secret.error()))
    return std::move(secret).error();
  return std::optional<Value>();
}

MetadataChange all_of(const Metadata& metadata) {
  MetadataChange all;
  all.max_versions = metadata.max_versions;
  all.cas_required = metadata.cas_required;
  all.delete_version_after_ms = metadata.delete_version_after_ms;
  all.kind = metadata.kind;
  all.description = metadata.description;
  all.owner = metadata.owner;
  all.tags = metadata.tags;
  all.custom = metadata.custom;
  if (metadata.owner.empty() && metadata.tags.empty()) return all;
  all.marked_by = metadata.marked_by;
  all.marks_doubted = metadata.marks_doubted;
  return all;
}

template <typename Reader>
Result<SecretImage> read_image(const Reader& store, const std::string& path, Extent extent) {
  const Metadata metadata = COFFER_TRY(store.metadata(path));
  const History known = COFFER_TRY(store.history(path));
  SecretImage image;
  image.path = path;
  image.current_version = known.current_version;
  image.oldest_version = known.oldest_version;
  image.created_at_ms = metadata.created_at_ms;
  image.updated_at_ms = metadata.updated_at_ms;
  image.managed = metadata.managed;
  image.with_history = extent != Extent::newest;
  image.metadata = all_of(metadata);
  for (const VersionInfo& info : known.versions) {
    auto value = COFFER_TRY(value_of(store, path, info, extent));
    image.versions.push_back({info, std::move(value)});
    if (extent == Extent::newest) break;
  }
  return image;
}

}  // namespace

Result<SecretImage> image_of(const Snapshot& store, const std::string& path, Extent extent) {
  return read_image(store, path, extent);
}

Result<SecretImage> image_of(const Transaction& store, const std::string& path, Extent extent) {
  return read_image(store, path, extent);
}

Result<void> check_clock(Store& store, const std::string& directory) {
  if (COFFER_TRY(store.status()).clock_behind_ms <= kClockBehindMaxMs) return {};
  return Error(ErrorCode::failed, "the clock is behind the store's time; nothing was changed",
               "set the clock, or, if it is right: coffer clock accept; see coffer status")
      .about(Subject::Kind::file, directory);
}

Result<std::vector<std::string>> paths_of(const Snapshot& store, const std::string& prefix) {
  COFFER_TRY(check_sees_all(store.hides(prefix), prefix));
  ListOptions below;
  below.recursive = true;
  below.state = ListState::all;
  std::vector<std::string> paths = COFFER_TRY(store.list(prefix, below));
  if (!prefix.empty() && COFFER_TRY(store.exists(prefix))) paths.insert(paths.begin(), prefix);
  if (paths.empty() && !prefix.empty()) {
    return Error(ErrorCode::not_found, "no secret has this path, and nothing is below it")
        .about(Subject::Kind::path, prefix);
  }
  return paths;
}

}  // namespace coffer::tools
