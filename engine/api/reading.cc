#include "api/reading.h"

#include <algorithm>
#include <tuple>

#include "format/names.h"
#include "secrets/listing.h"

namespace coffer::api {
namespace {

Result<void> check_folder(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return {};
  return format::check_path(prefix);
}

}  // namespace

Result<Secret> read_secret(const secrets::View& view, std::string_view path, std::uint64_t version,
                           secrets::Deleted deleted) {
  COFFER_TRY(format::check_path(path));
  return view.get(path, version, deleted);
}

Result<Metadata> read_metadata(const secrets::View& view, std::string_view path) {
  COFFER_TRY(format::check_path(path));
  return view.metadata(path);
}

Result<History> read_history(const secrets::View& view, std::string_view path) {
  COFFER_TRY(format::check_path(path));
  History history;
  history.path = path;
  history.versions = COFFER_TRY(view.history(path));
  if (history.versions.empty()) return history;
  history.current_version = history.versions.front().version;
  const std::uint64_t lowest = history.versions.back().version;
  const bool is_full =
      lowest > 1 || history.current_version >= COFFER_TRY(view.versions_kept(path));
  if (is_full) history.oldest_version = lowest;
  return history;
}

Result<bool> read_exists(const secrets::View& view, std::string_view path) {
  COFFER_TRY(format::check_path(path));
  return view.exists(path);
}

Result<std::vector<ReferenceInfo>> read_references(const secrets::View& view,
                                                   std::string_view path) {
  COFFER_TRY(format::check_path(path));
  std::vector<ReferenceInfo> infos;
  for (secrets::Reference& reference : COFFER_TRY(view.references_to(path)))
    infos.push_back({std::move(reference.target), reference.version, std::move(reference.user_kind),
                     std::move(reference.user)});
  std::sort(infos.begin(), infos.end(), [](const ReferenceInfo& a, const ReferenceInfo& b) {
    return std::tie(a.user_kind, a.user, a.version) < std::tie(b.user_kind, b.user, b.version);
  });
  return infos;
}

Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options) {
  COFFER_TRY(check_folder(prefix));
  return secrets::list_names(view, prefix, options);
}

Result<std::vector<ListedSecret>> read_listed(const secrets::View& view, std::string_view prefix,
                                              const FindOptions& options) {
  COFFER_TRY(check_folder(prefix));
  return secrets::list_secrets(view, prefix, options);
}

}  // namespace coffer::api
