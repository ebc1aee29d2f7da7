#include "api/reading.h"

#include <coffer/audit.h>

#include <algorithm>
#include <tuple>

#include "configs/config_store.h"
#include "configs/operations/config_restore.h"
#include "format/names.h"
#include "policy/check.h"
#include "secrets/listing.h"

namespace coffer::api {
namespace {

Result<void> check_folder(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (prefix.empty()) return {};
  return format::check_path(prefix);
}

Result<void> check_look(const secrets::View& view, std::string_view path) {
  COFFER_TRY(format::check_path(path));
  return policy::check_read(view, UseCase::list, policy::secret(path));
}

// A listing under a policy: it leaves out what the caller may not list, and shows a folder only if
// the caller may list something in it. So everything below must be read.
Result<std::vector<ListedSecret>> list_allowed(const secrets::View& view, std::string_view prefix,
                                               const ListOptions& options) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  ListOptions below = options;
  below.recursive = true;
  const std::size_t inside = prefix.empty() ? 0 : prefix.size() + 1;
  std::vector<ListedSecret> shown;
  for (ListedSecret& each : COFFER_TRY(secrets::list_secrets(view, prefix, below))) {
    if (!COFFER_TRY(policy::allows(view, UseCase::list, policy::secret(each.path)))) continue;
    const std::size_t slash = each.path.find('/', inside);
    if (options.recursive || slash == std::string::npos) {
      shown.push_back(std::move(each));
      continue;
    }
    ListedSecret folder;
    folder.path = each.path.substr(0, slash + 1);
    folder.folder = true;
    shown.push_back(std::move(folder));
  }
  const auto before = [](const ListedSecret& a, const ListedSecret& b) { return a.path < b.path; };
  const auto same = [](const ListedSecret& a, const ListedSecret& b) { return a.path == b.path; };
  std::sort(shown.begin(), shown.end(), before);
  shown.erase(std::unique(shown.begin(), shown.end(), same), shown.end());
  return shown;
}

}  // namespace

Result<Secret> read_secret(const secrets::View& view, std::string_view path, std::uint64_t version,
                           secrets::Deleted deleted) {
  COFFER_TRY(format::check_path(path));
  COFFER_TRY(policy::check_value(view, path));
  return view.get(path, version, deleted);
}

Result<Metadata> read_metadata(const secrets::View& view, std::string_view path) {
  COFFER_TRY(check_look(view, path));
  return view.metadata(path);
}

Result<History> read_history(const secrets::View& view, std::string_view path) {
  COFFER_TRY(check_look(view, path));
  History history;
  history.path = path;
  history.versions = COFFER_TRY(view.history(path));
  if (history.versions.empty()) return history;
  history.current_version = history.versions.front().version;
  const std::uint64_t lowest = history.versions.back().version;
  const bool was_trimmed = lowest > 1 || history.versions.size() < history.current_version;
  // More versions than are kept, and none trimmed: max_versions was lowered, and no write followed.
  if (was_trimmed || history.current_version == COFFER_TRY(view.versions_kept(path)))
    history.oldest_version = lowest;
  return history;
}

Result<bool> read_exists(const secrets::View& view, std::string_view path) {
  COFFER_TRY(check_look(view, path));
  return view.exists(path);
}

Result<std::vector<ReferenceInfo>> read_references(const secrets::View& view,
                                                   std::string_view path) {
  COFFER_TRY(check_look(view, path));
  std::vector<ReferenceInfo> infos;
  for (secrets::Reference& reference : COFFER_TRY(view.references_to(path))) {
    if (reference.user_kind == "config" &&
        !COFFER_TRY(policy::allows(view, UseCase::list, policy::config(reference.user))))
      reference.user.clear();
    infos.push_back(std::move(reference));
  }
  std::sort(infos.begin(), infos.end(), [](const ReferenceInfo& a, const ReferenceInfo& b) {
    return std::tie(a.user_kind, a.user, a.version) < std::tie(b.user_kind, b.user, b.version);
  });
  return infos;
}

Result<std::vector<std::string>> read_config_ids(const secrets::View& view) {
  std::vector<std::string> shown;
  for (std::string& id : COFFER_TRY(view.list_documents(secrets::DocumentKind::config))) {
    if (configs::is_note_id(id)) continue;
    if (COFFER_TRY(policy::allows(view, UseCase::list, policy::config(id))))
      shown.push_back(std::move(id));
  }
  return shown;
}

Result<RestoredConfig> read_carried(const secrets::View& view, std::string_view id) {
  COFFER_TRY(format::check_config_id(id));
  COFFER_TRY(policy::check_read(view, UseCase::reveal, policy::config(id)));
  return configs::config_to_carry(view, id);
}

Result<Policy> read_policy(const secrets::View& view) {
  COFFER_TRY(policy::check_read(view, UseCase::admin, policy::whole_store()));
  return view.stored_policy();
}

Result<StoreSettings> read_settings(const secrets::View& view) {
  StoreSettings settings = COFFER_TRY(view.settings());
  if (!COFFER_TRY(policy::allows(view, UseCase::admin, policy::whole_store())))
    settings.scopes.clear();
  return settings;
}

Result<void> check_ends_reference(const secrets::View& view, std::string_view path,
                                  std::uint64_t version, std::string_view user) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  bool is_others = false;
  for (const secrets::Reference& each : COFFER_TRY(view.references_to(path))) {
    const bool meant = each.user_kind == "external" && each.user == user && each.version == version;
    const bool own = !each.made_by.empty() && each.made_by == view.actor().user;
    is_others = is_others || (meant && !own);
  }
  const policy::Object secret = policy::secret(path);
  if (COFFER_TRY(policy::allows(view, UseCase::force, secret)) ||
      COFFER_TRY(policy::allows(view, UseCase::admin, policy::whole_store())))
    return {};
  COFFER_TRY(policy::check(view, UseCase::use, secret));
  return is_others ? policy::check(view, UseCase::force, secret) : Result<void>();
}

Result<void> hide_changes(const secrets::View& view, std::vector<Change>& changes) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  std::vector<Change> shown;
  for (Change& change : changes) {
    policy::Object object = policy::secret(change.path);
    if (change.what.starts_with("config.")) object = policy::config(change.path);
    // A change without a name (settings, policy) tells nothing.
    const bool hidden =
        !change.path.empty() && !COFFER_TRY(policy::allows_past(view, UseCase::list, object));
    if (!hidden) shown.push_back(std::move(change));
  }
  changes = std::move(shown);
  return {};
}

Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options) {
  COFFER_TRY(check_folder(prefix));
  if (COFFER_TRY(view.policy()) == nullptr) return secrets::list_names(view, prefix, options);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const std::size_t skip = options.recursive || prefix.empty() ? 0 : prefix.size() + 1;
  std::vector<std::string> names;
  for (const ListedSecret& each : COFFER_TRY(list_allowed(view, prefix, options)))
    names.push_back(each.path.substr(skip));
  return names;
}

Result<std::vector<ListedSecret>> read_listed(const secrets::View& view, std::string_view prefix,
                                              const FindOptions& options) {
  COFFER_TRY(check_folder(prefix));
  if (COFFER_TRY(view.policy()) == nullptr) return secrets::list_secrets(view, prefix, options);
  return list_allowed(view, prefix, options);
}

Result<bool> read_hides(const secrets::View& view, std::string_view prefix) {
  COFFER_TRY(check_folder(prefix));
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (COFFER_TRY(view.policy()) == nullptr ||
      !COFFER_TRY(policy::allows(view, UseCase::admin, policy::whole_store())))
    return false;
  const auto is_hidden = [&view](const policy::Object& object) -> Result<bool> {
    return !COFFER_TRY(policy::allows(view, UseCase::list, object));
  };
  const ListOptions all{.recursive = true, .state = ListState::all};
  for (const ListedSecret& each : COFFER_TRY(secrets::list_secrets(view, prefix, all)))
    if (COFFER_TRY(is_hidden(policy::secret(each.path)))) return true;
  if (!prefix.empty()) return false;
  for (const std::string& id : COFFER_TRY(view.list_documents(secrets::DocumentKind::config)))
    if (!configs::is_note_id(id) && COFFER_TRY(is_hidden(policy::config(id)))) return true;
  return false;
}

}  // namespace coffer::api
