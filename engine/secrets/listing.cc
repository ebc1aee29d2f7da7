// Lists folders. To filter a name it reads the newest version's header, and the metadata only if a
// filter needs it. A folder that is one line of the answer is searched only up to its first
// matching secret.
#include "secrets/listing.h"

#include <algorithm>

#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/versions.h"

namespace coffer {

std::string_view state_name(SecretState state) {
  switch (state) {
    case SecretState::live: return "live";
    case SecretState::deleted: return "deleted";
    case SecretState::expired: return "expired";
    case SecretState::destroyed: return "destroyed";
    case SecretState::empty: return "empty";
  }
  return "";
}

}  // namespace coffer

namespace coffer::secrets {
namespace {

constexpr unsigned kFolderDepthMax = format::kPathBytesMax;

bool is_wanted_state(SecretState state, ListState wanted) {
  switch (wanted) {
    case ListState::standard: return state != SecretState::expired;
    case ListState::live: return state == SecretState::live;
    case ListState::deleted: return state == SecretState::deleted;
    case ListState::expired: return state == SecretState::expired;
    case ListState::all: return true;
  }
  return false;
}

bool needs_metadata(const ListOptions& options) {
  return !options.tags.empty() || options.owner || options.kind || !options.custom.empty() ||
         options.older_than_ms > 0 || options.newer_than_ms > 0 || options.managed ||
         !options.workspace.empty();
}

// Stores mint airbyte_workspace_UUID_secret_UUID; Airbyte itself may put another prefix before the
// workspace.
bool is_of_workspace(std::string_view path, std::string_view workspace) {
  if (!path.starts_with("airbyte_")) return false;
  return path.find(std::string(workspace) + "_secret_") != std::string_view::npos;
}

bool is_wanted_metadata(const Metadata& metadata, const ListOptions& options, std::int64_t now) {
  const std::int64_t age = now - metadata.updated_at_ms;
  if (options.older_than_ms > 0 && age < options.older_than_ms) return false;
  if (options.newer_than_ms > 0 && age >= options.newer_than_ms) return false;
  if (options.managed && metadata.managed != *options.managed) return false;
  if (options.owner && metadata.owner != *options.owner) return false;
  if (options.kind && metadata.kind != *options.kind) return false;
  const auto has_tag = [&](const std::string& tag) {
    return std::find(metadata.tags.begin(), metadata.tags.end(), tag) != metadata.tags.end();
  };
  if (!std::all_of(options.tags.begin(), options.tags.end(), has_tag)) return false;
  return std::all_of(options.custom.begin(), options.custom.end(), [&](const auto& entry) {
    const auto found = metadata.custom.find(entry.first);
    return found != metadata.custom.end() && found->second == entry.second;
  });
}

Result<SecretState> state_of(const Reading& reading, const format::PathHash& hash,
                             const std::optional<Located>& newest) {
  if (!newest) return SecretState::empty;
  COFFER_TRY(reading.authenticate(hash, *newest));
  auto state = check_state(reading, *newest);
  if (state) return SecretState::live;
  switch (state.error().code()) {
    case ErrorCode::deleted: return SecretState::deleted;
    case ErrorCode::expired: return SecretState::expired;
    case ErrorCode::destroyed: return SecretState::destroyed;
    default: return std::move(state).error();
  }
}

class Lister {
 public:
  using Visit = std::function<Result<bool>(ListedSecret&&)>;

  // `rows`: fill in all of a secret's members; else only its path.
  Lister(const Reading& reading, const ListOptions& options, bool rows)
      : reading_(reading), options_(options), with_metadata_(rows || needs_metadata(options)) {}

  Result<void> run(std::string_view folder, const Visit& visit) {
    visit_ = &visit;
    const auto names = COFFER_TRY(names_in(reading_, folder));
    return walk({std::string(folder), names}, options_.recursive, 0);
  }

 private:
  struct Folder {
    std::string path;
    std::uint64_t names = 0;
  };

  // Visits every secret below the folder; without `recursive`, its own secrets and one line for
  // each folder in it.
  Result<void> walk(const Folder& at, bool recursive, unsigned depth) {
    const std::string& folder = at.path;
    if (depth > kFolderDepthMax)
      return Error(ErrorCode::corrupt, "the folders of the store are nested too deeply");
    std::vector<Folder> folders;
    COFFER_TRY(each_child(
        reading_, reading_.cipher().hash(format::Kind::folder, folder), at.names,
        [&](const format::Name& name, const format::PathHash& child) -> Result<bool> {
          std::string path = folder.empty() ? name.component : folder + "/" + name.component;
          if (name.folder) {
            folders.push_back({std::move(path), name.children});
            return true;
          }
          auto listed = COFFER_TRY(look_at(std::move(path), name, child));
          if (listed) stopped_ = !COFFER_TRY((*visit_)(std::move(*listed)));
          return !stopped_;
        }));
    for (const Folder& below : folders) {
      if (stopped_) return {};
      COFFER_TRY(recursive ? walk(below, true, depth + 1) : show_folder(below, depth + 1));
    }
    return {};
  }

  Result<void> show_folder(const Folder& folder, unsigned depth) {
    bool found = false;
    const Visit first_only = [&](ListedSecret&&) -> Result<bool> {
      found = true;
      return false;
    };
    Lister inside(reading_, options_, false);
    inside.visit_ = &first_only;
    COFFER_TRY(inside.walk(folder, true, depth));
    if (!found) return {};
    ListedSecret line;
    line.path = folder.path + "/";
    line.folder = true;
    stopped_ = !COFFER_TRY((*visit_)(std::move(line)));
    return {};
  }

  Result<std::optional<ListedSecret>> look_at(std::string path, const format::Name& name,
                                              const format::PathHash& hash) {
    std::optional<ListedSecret> listed;
    const auto newest = COFFER_TRY(reading_.find(hash, 0));
    // The name holds the head's revision exactly if the secret has no version.
    if (newest.has_value() != (name.head_revision == 0))
      return lost("a secret's versions are missing, or its name is older than them");
    const SecretState state = COFFER_TRY(state_of(reading_, hash, newest));
    if (!is_wanted_state(state, options_.state)) return listed;
    if (!options_.workspace.empty() && !is_of_workspace(path, options_.workspace)) return listed;
    listed.emplace();
    listed->path = std::move(path);
    listed->state = state;
    if (!with_metadata_) return listed;
    if (newest) listed->newest = info_of(*newest);
    listed->metadata = COFFER_TRY(metadata_of(reading_, listed->path, hash, name, newest));
    const bool foreign = !options_.workspace.empty() && !listed->metadata.managed;
    if (foreign || !is_wanted_metadata(listed->metadata, options_, reading_.now_ms()))
      listed.reset();
    return listed;
  }

  const Reading& reading_;
  const ListOptions& options_;
  const bool with_metadata_;
  const Visit* visit_ = nullptr;
  bool stopped_ = false;
};

std::string_view without_slash(std::string_view folder) {
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return folder;
}

}  // namespace

Result<std::vector<std::string>> list_names(const View& view, std::string_view folder,
                                            const ListOptions& options) {
  folder = without_slash(folder);
  // A recursive list shows full paths; another list leaves out the common folder.
  const std::size_t skip = options.recursive || folder.empty() ? 0 : folder.size() + 1;
  std::vector<std::string> names;
  COFFER_TRY(Lister(view.reading(), options, false)
                 .run(folder, [&](ListedSecret&& listed) -> Result<bool> {
                   listed.path.erase(0, skip);
                   names.push_back(std::move(listed.path));
                   return true;
                 }));
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<ListedSecret>> list_secrets(const View& view, std::string_view folder,
                                               const ListOptions& options) {
  std::vector<ListedSecret> found;
  COFFER_TRY(Lister(view.reading(), options, true)
                 .run(without_slash(folder), [&](ListedSecret&& listed) -> Result<bool> {
                   found.push_back(std::move(listed));
                   return true;
                 }));
  std::sort(found.begin(), found.end(),
            [](const ListedSecret& a, const ListedSecret& b) { return a.path < b.path; });
  return found;
}

}  // namespace coffer::secrets
