#include "tools/products/dataos/resource_list.h"

#include <algorithm>
#include <string_view>

namespace coffer::tools {
namespace {

// instance-secret/NAME, secret/WORKSPACE/NAME, resource/TYPE[/WORKSPACE]/NAME; nothing where
// something else was put between these by hand.
std::optional<ResourceName> name_of(std::string_view path) {
  std::vector<std::string> parts;
  for (std::string_view rest = path;;) {
    const std::size_t slash = rest.find('/');
    parts.emplace_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (parts.front() == "resource") parts.erase(parts.begin());
  if (parts.empty()) return std::nullopt;
  const Result<bool> in_workspace = has_workspace(parts.front());
  if (!in_workspace || parts.size() != (*in_workspace ? 3U : 2U)) return std::nullopt;
  ResourceName name{parts.front(), *in_workspace ? parts[1] : std::string(), parts.back(), {}};
  if (name.path() != path) return std::nullopt;
  return name;
}

bool is_secret(const ListedResource& resource) {
  return resource.name.type == kInstanceSecret || resource.name.type == kWorkspaceSecret;
}

Result<UsageRecord> record_of(Store& store, const ListedResource& resource) {
  return UsageRecord::parse(COFFER_TRY(store.get(resource.name.path())).value);
}

// What is current of a secret; 0 where it is not there.
Result<std::uint64_t> current_version(Store& store, const std::string& path) {
  const Result<History> history = store.history(path);
  if (!history && history.error().code() == ErrorCode::not_found) return std::uint64_t{0};
  if (!history) return history.error();
  if (history->versions.empty() || history->versions.front().destroyed) return std::uint64_t{0};
  return history->current_version;
}

Result<bool> is_served(Store& store, const std::string& user, const UsedSecret& used) {
  if (COFFER_TRY(current_version(store, used.path)) == 0) return false;
  const auto users = COFFER_TRY(store.references_to(used.path));
  return std::any_of(users.begin(), users.end(),
                     [&user](const ReferenceInfo& each) { return each.user == user; });
}

Result<std::string> status_of(Store& store, const ListedResource& resource, SecretState state) {
  if (state == SecretState::deleted || state == SecretState::destroyed)
    return std::string("deleted");
  if (state != SecretState::live) return std::string("error");
  if (is_secret(resource)) return std::string("active");
  const auto read = record_of(store, resource);
  // What it uses stands in its value, which takes more than to list it.
  if (!read && read.error().code() == ErrorCode::denied) return std::string("unknown");
  if (!read) return read.error();
  const UsageRecord& record = *read;
  for (const UsedSecret& used : record.used) {
    if (!COFFER_TRY(is_served(store, record.user, used))) return std::string("error");
  }
  return std::string("active");
}

std::string stale_mark(std::uint64_t used, std::uint64_t current) {
  if (current == 0) return " (gone)";
  if (used == 0 || used == current) return "";
  return " (stale: version " + std::to_string(used) + " of " + std::to_string(current) + ")";
}

}  // namespace

Result<std::vector<ListedResource>> list_resources(Store& store) {
  std::vector<ListedResource> all;
  FindOptions options;
  options.recursive = true;
  options.state = ListState::all;
  for (const char* folder : {"instance-secret", "resource", "secret"}) {
    for (ListedSecret& listed : COFFER_TRY(store.find(folder, options))) {
      std::optional<ResourceName> name = name_of(listed.path);
      if (!name) continue;
      const auto version = listed.metadata.custom.find(std::string(kVersionEntry));
      if (version != listed.metadata.custom.end()) name->version = version->second;
      ListedResource resource{std::move(*name), {}, std::move(listed.metadata), listed.newest};
      resource.status = COFFER_TRY(status_of(store, resource, listed.state));
      all.push_back(std::move(resource));
    }
  }
  return all;
}

Result<ResourceDetails> details_of(Store& store, const ListedResource& resource) {
  ResourceDetails details;
  if (resource.status == "deleted") return details;
  if (!is_secret(resource) && resource.status != "unknown") {
    for (const UsedSecret& used : COFFER_TRY(record_of(store, resource)).used) {
      details.used.push_back(
          used.path + stale_mark(used.version, COFFER_TRY(current_version(store, used.path))));
    }
    return details;
  }
  if (!is_secret(resource)) return details;
  const std::string path = resource.name.path();
  const Result<Secret> secret = store.get(path);
  if (secret && secret->value.is_json()) {
    const auto names = secret->value.field_names();
    if (names) details.keys = *names;
  }
  for (const ReferenceInfo& user : COFFER_TRY(store.references_to(path)))
    details.users.push_back(user.user + stale_mark(user.version, resource.newest.version));
  return details;
}

}  // namespace coffer::tools
