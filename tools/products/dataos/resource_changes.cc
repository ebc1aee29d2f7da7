#include "tools/products/dataos/resource_changes.h"

#include <coffer/clock.h>

#include <algorithm>
#include <optional>

#include "tools/command/secret/kind_words.h"
#include "tools/command/secret/target.h"
#include "tools/command/streams/output.h"
#include "tools/exchange/same_value.h"
#include "tools/products/dataos/usage_record.h"

namespace coffer::tools {
namespace {

// Names the document, and what the error itself is about.
Error about_document(Error error, const Resource& resource) {
  std::string what = resource.place + ": " + resource.id();
  if (error.subject() != nullptr && error.subject()->text != resource.path())
    what += ", " + error.subject()->text;
  return std::move(error).about(Subject::Kind::file, what);
}

// Decides by the state alone, which every caller with the right to list it may see.
Result<bool> is_live(const Transaction& txn, const std::string& path) {
  const Result<History> history = txn.history(path);
  if (!history && history.error().code() == ErrorCode::not_found) return false;
  if (!history) return history.error();
  if (history->versions.empty()) return false;
  const VersionInfo& newest = history->versions.front();
  const auto is_over_by = [&newest](std::int64_t now_ms) {
    const auto is_over = [now_ms](std::int64_t end_ms) { return end_ms != 0 && end_ms <= now_ms; };
    return is_over(newest.deletion_at_ms) || is_over(newest.expires_at_ms);
  };
  if (newest.destroyed) return false;
  if (!is_over_by(txn.now_ms())) return true;
  if (is_over_by(Clock::system().now_ms())) return false;
  // Over by the store's time alone: the clock is behind, and what reading answers then stands.
  COFFER_TRY(txn.get(path));
  return true;
}

// What is there now; nothing where its time is over. A value is read only where there is one: to
// make a new secret takes no right to use it.
Result<std::optional<Secret>> find_live(const Transaction& txn, const std::string& path) {
  if (!COFFER_TRY(is_live(txn, path))) return std::optional<Secret>();
  Result<Secret> secret = txn.get(path);
  if (secret) return std::optional<Secret>(std::move(*secret));
  if (is_gone(secret.error())) return std::optional<Secret>();
  return secret.error();
}

struct Wanted {
  Value value;
  std::string kind, description, owner;
  std::vector<std::string> tags;
  std::map<std::string, std::string> custom;
};

bool is_told_the_same(const Metadata& present, const Wanted& wanted) {
  const auto has = [&present](const auto& entry) {
    const auto found = present.custom.find(entry.first);
    return found == present.custom.end() ? entry.second.empty() : found->second == entry.second;
  };
  return present.kind == wanted.kind && present.description == wanted.description &&
         present.owner == wanted.owner && present.tags == wanted.tags &&
         std::all_of(wanted.custom.begin(), wanted.custom.end(), has);
}

MetadataChange change_to(const Wanted& wanted) {
  MetadataChange change;
  change.kind = wanted.kind;
  change.description = wanted.description;
  change.owner = wanted.owner;
  change.tags = wanted.tags;
  for (const auto& [key, value] : wanted.custom)
    change.custom_patch[key] = value.empty() ? std::nullopt : std::optional<std::string>(value);
  return change;
}

// A new version only where the value differs; nothing at all where all is the same.
Result<ResourceOutcome> bring_to(Transaction& txn, const std::string& path,
                                 const std::optional<Secret>& present, const Wanted& wanted) {
  std::optional<Metadata> told;
  if (COFFER_TRY(txn.exists(path))) told = COFFER_TRY(txn.metadata(path));
  const bool same_value = present && is_equivalent(present->value, wanted.value);
  if (same_value && is_told_the_same(*told, wanted)) return ResourceOutcome::unchanged;
  if (same_value) {
    COFFER_TRY(txn.patch_metadata(path, change_to(wanted)));
    return ResourceOutcome::updated;
  }
  PutOptions options;
  options.cas = 0;
  options.metadata.kind = wanted.kind;
  if (!told) {
    // All of it with the value: a policy lets the caller that makes a secret choose its owner, and
    // not later.
    options.metadata = change_to(wanted);
    COFFER_TRY(txn.put(path, wanted.value, options));
    return ResourceOutcome::created;
  }
  options.cas = COFFER_TRY(txn.history(path)).current_version;
  COFFER_TRY(txn.put(path, wanted.value, options));
  COFFER_TRY(txn.patch_metadata(path, change_to(wanted)));
  return present ? ResourceOutcome::updated : ResourceOutcome::created;
}

Result<Wanted> wanted_secret(const Resource& resource) {
  json::Writer object;
  object.open('{');
  for (const SecretBody::Member& member : resource.secret->members)
    object.key(member.name).raw(member.json.text());
  Wanted wanted;
  wanted.value = COFFER_TRY(Value::json(object.close('}').take()));
  const std::string& type = resource.secret->kind;
  wanted.kind = *kind_by(type);
  wanted.custom[std::string(kTypeEntry)] = wanted.kind == type ? std::string() : type;
  wanted.custom[std::string(kAclEntry)] = resource.secret->acl;
  return wanted;
}

// A secret that is used must be there, with the keys that are asked for.
Result<UsedSecret> check_use(const Transaction& txn, const Resource& resource, SecretUse use) {
  const auto refuse = [&use](Error error) {
    return std::move(error).about(Subject::Kind::pointer, use.place + ": " + use.path());
  };
  if (use.pulls_images && !resource.workspace.empty()) {
    SecretUse own = use;
    own.workspace = resource.workspace;
    if (COFFER_TRY(find_live(txn, own.path()))) use = std::move(own);
  }
  const std::optional<Secret> secret = COFFER_TRY(find_live(txn, use.path()));
  if (!secret) {
    return refuse({ErrorCode::not_found, "the secret that is used here does not exist",
                   "apply it first, or in the same call"});
  }
  const Metadata told = COFFER_TRY(txn.metadata(use.path()));
  if (use.pulls_images && told.kind != kind_by("cloud-kernel-image-pull")) {
    return refuse({ErrorCode::usage, "this secret cannot be used for pulling images",
                   "its type must be cloud-kernel-image-pull"});
  }
  const auto names = secret->value.field_names();
  for (const std::string& key : use.keys) {
    // All pairs of a key-value-properties secret together go by the secret's own name.
    const bool is_blob = told.kind == "key-value-properties" && key == use.name;
    if (is_blob || (names && std::find(names->begin(), names->end(), key) != names->end()))
      continue;
    return refuse({ErrorCode::not_found, "the secret does not have the key that is used here",
                   "see its keys: coffer resource get -d"});
  }
  const auto acl = told.custom.find(std::string(kAclEntry));
  return UsedSecret{use.path(),
                    secret->info.version,
                    acl == told.custom.end() ? std::string() : acl->second,
                    use.pulls_images ? std::string(kImagePull) : use.consumption,
                    use.all_keys,
                    use.keys};
}

Result<std::vector<UsedSecret>> check_uses(const Transaction& txn, const Resource& resource) {
  std::vector<UsedSecret> used;
  for (const SecretUse& use : resource.uses)
    used.push_back(COFFER_TRY(check_use(txn, resource, use)));
  const bool has_r =
      std::any_of(used.begin(), used.end(), [](const UsedSecret& each) { return each.acl == "r"; });
  if (resource.type == kDepot && !used.empty() && !has_r) {
    return Error(ErrorCode::usage, "invalid depot, missing a secret reference with acl: r",
                 "refer to the depot's -r secret as well as to its -rw secret");
  }
  return used;
}

// Registers what is used and ends what is used no more. True where anything had to be changed.
Result<bool> move_users(Transaction& txn, const UsageRecord& before, const UsageRecord& after) {
  bool changed = false;
  for (const UsedSecret& used : before.used) {
    const bool stays = before.user == after.user &&
                       std::any_of(after.used.begin(), after.used.end(), [&](const auto& each) {
                         return each.path == used.path && each.version == used.version;
                       });
    if (stays) continue;
    const Result<void> ended = txn.remove_reference(used.path, used.version, before.user);
    // A forced deletion of the secret ended it.
    if (!ended && ended.error().code() != ErrorCode::not_found) return ended.error();
    changed = true;
  }
  for (const UsedSecret& used : after.used) {
    const auto users = COFFER_TRY(txn.references_to(used.path));
    const bool there = std::any_of(users.begin(), users.end(), [&](const ReferenceInfo& each) {
      return each.user == after.user && each.version == used.version;
    });
    if (there) continue;
    COFFER_TRY(txn.add_reference(used.path, used.version, after.user));
    changed = true;
  }
  return changed;
}

Result<ResourceOutcome> apply_user(Transaction& txn, const Resource& resource,
                                   const std::optional<Secret>& present, Wanted wanted) {
  UsageRecord before;
  if (present) before = COFFER_TRY(UsageRecord::parse(present->value));
  auto uses = COFFER_TRY(check_uses(txn, resource));
  UsageRecord after{resource.user(), std::move(uses)};
  wanted.value = COFFER_TRY(after.value());
  const bool moved = COFFER_TRY(move_users(txn, before, after));
  const ResourceOutcome outcome = COFFER_TRY(bring_to(txn, resource.path(), present, wanted));
  return moved && outcome == ResourceOutcome::unchanged ? ResourceOutcome::updated : outcome;
}

Result<ResourceOutcome> apply_checked(Transaction& txn, const Resource& resource, ApplyMode mode,
                                      const std::string& user) {
  const std::string path = resource.path();
  const std::optional<Secret> present = COFFER_TRY(find_live(txn, path));
  if (present && mode == ApplyMode::create) {
    return Error(ErrorCode::conflict, "there is a resource of this name; nothing was changed",
                 "change it by coffer resource update, or apply");
  }
  if (!present && mode == ApplyMode::update) {
    return Error(ErrorCode::not_found, "there is no resource of this name; nothing was changed",
                 "make it by coffer resource create, or apply");
  }
  Wanted wanted;
  if (resource.secret) wanted = COFFER_TRY(wanted_secret(resource));
  wanted.description = resource.description;
  wanted.tags = resource.tags;
  // The maker of a resource owns it, whatever the manifest says.
  wanted.owner = user;
  if (present) {
    const Metadata told = COFFER_TRY(txn.metadata(path));
    if (!told.owner.empty()) wanted.owner = told.owner;
  }
  wanted.custom[std::string(kLayerEntry)] = resource.layer;
  wanted.custom[std::string(kVersionEntry)] = resource.version;
  return resource.secret ? bring_to(txn, path, present, wanted)
                         : apply_user(txn, resource, present, std::move(wanted));
}

}  // namespace

Result<ResourceOutcome> apply_resource(Transaction& txn, const Resource& resource, ApplyMode mode,
                                       const std::string& user) {
  Result<ResourceOutcome> outcome = apply_checked(txn, resource, mode, user);
  if (outcome) return outcome;
  return about_document(std::move(outcome).error(), resource);
}

Result<std::string> users_of(const Transaction& txn, const std::string& path) {
  std::string users;
  for (const ReferenceInfo& reference : COFFER_TRY(txn.references_to(path))) {
    const std::string user = "'" +
                             (reference.user_kind == "external" ? "" : reference.user_kind + ":") +
                             reference.user + "'";
    if (users.find(user) != std::string::npos) continue;
    users += (users.empty() ? "" : ", ") + user;
  }
  return users;
}

Result<void> remove_resource(Transaction& txn, const ResourceName& name, bool forced) {
  const std::string path = name.path();
  const bool is_user = name.type != kInstanceSecret && name.type != kWorkspaceSecret;
  // The value tells only of a user what goes with it.
  std::optional<Secret> present;
  if (is_user) present = COFFER_TRY(find_live(txn, path));
  const bool is_there = is_user ? present.has_value() : COFFER_TRY(is_live(txn, path));
  const auto version = [&]() -> Result<std::string> {
    const Metadata told = COFFER_TRY(txn.metadata(path));
    const auto found = told.custom.find(std::string(kVersionEntry));
    return found == told.custom.end() ? std::string() : found->second;
  };
  if (!is_there || (!name.version.empty() && COFFER_TRY(version()) != name.version)) {
    return Error(ErrorCode::not_found, "there is no such resource; nothing was changed",
                 "see what there is: coffer resource get -a")
        .about(Subject::Kind::path, path);
  }
  const std::string users = COFFER_TRY(users_of(txn, path));
  if (forced) {
    COFFER_TRY(txn.require(UseCase::force, path));
    for (const ReferenceInfo& reference : COFFER_TRY(txn.references_to(path))) {
      if (reference.user_kind != "external") continue;
      COFFER_TRY(txn.remove_reference(path, reference.version, reference.user));
    }
  }
  if (is_user) {
    const UsageRecord record = COFFER_TRY(UsageRecord::parse(present->value));
    COFFER_TRY(move_users(txn, record, {record.user, {}}));
  }
  Result<void> gone = txn.destroy_all(path);
  if (gone || gone.error().code() != ErrorCode::in_use) return gone;
  return Error(ErrorCode::in_use, "cannot delete the resource; nothing was changed",
               "delete what depends on it first, or say --force")
      .about(Subject::Kind::path, path + " is a dependency of " + users);
}

}  // namespace coffer::tools
