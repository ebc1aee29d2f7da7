#include "api/reading.h"

#include "format/names.h"

namespace coffer::api {
namespace {

bool is_wanted(secrets::NameState state, ListState wanted) {
  switch (wanted) {
    case ListState::standard: return state != secrets::NameState::expired;
    case ListState::live: return state == secrets::NameState::live;
    case ListState::deleted: return state == secrets::NameState::deleted;
    case ListState::expired: return state == secrets::NameState::expired;
    case ListState::all: return true;
  }
  return false;
}

std::string_view without_slash(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

}  // namespace

Result<Secret> read_secret(const secrets::View& view, std::string_view path,
                           std::uint64_t version) {
  COFFER_TRY(format::check_path(path));
  return view.get(path, version);
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
  if (!history.versions.empty()) {
    history.current_version = history.versions.front().version;
    history.oldest_version = history.versions.back().version;
  }
  return history;
}

Result<bool> read_exists(const secrets::View& view, std::string_view path) {
  COFFER_TRY(format::check_path(path));
  return view.exists(path);
}

Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options) {
  const std::string_view folder = without_slash(prefix);
  if (!folder.empty()) COFFER_TRY(format::check_path(folder));
  std::vector<std::string> names;
  // A folder is shown where anything below it is: expired names alone do not show one.
  const auto wanted = [&](secrets::NameState state) { return is_wanted(state, options.state); };
  for (secrets::ListedName& name : COFFER_TRY(view.list(folder, options.recursive))) {
    bool shown = wanted(name.state);
    if (name.folder) {
      const std::string parent = folder.empty() ? "" : std::string(folder) + "/";
      shown = COFFER_TRY(view.any_below(parent + name.name, wanted));
    }
    if (shown) names.push_back(std::move(name.name));
  }
  return names;
}

}  // namespace coffer::api
