#include "tools/transfer/carrying.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "tools/command/secret/target.h"
#include "tools/exchange/same_value.h"
#include "tools/transfer/store_images.h"

namespace coffer::tools {
namespace {

bool is_same_version(const VersionImage& a, const VersionImage& b) {
  if (a.info.version != b.info.version || a.info.created_at_ms != b.info.created_at_ms ||
      a.info.deletion_at_ms != b.info.deletion_at_ms ||
      a.info.expires_at_ms != b.info.expires_at_ms || a.value.has_value() != b.value.has_value())
    return false;
  return !a.value || is_identical(*a.value, *b.value);
}

template <typename Reader>
Result<ConfigImage> read_config_image(const Reader& store, const std::string& id) {
  ConfigImage image;
  image.config = COFFER_TRY(store.config(id));
  for (const std::string& path : image.config.secrets)
    image.secrets.push_back(COFFER_TRY(about_secret(image_of(store, path, Extent::all), path)));
  return image;
}

bool is_below_or_at(std::string_view path, std::string_view prefix) {
  if (prefix.empty() || path == prefix) return true;
  return path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/');
}

// Compares rules and roles, which are all that decides. The revision does not matter.
bool is_same_policy(const Policy& a, const Policy& b) {
  return a.rules == b.rules && a.roles == b.roles;
}

// The target decides who set the marks: a caller who may not administer it becomes their author.
bool is_same_metadata(MetadataChange a, const MetadataChange& b) {
  a.marked_by = b.marked_by;
  a.marks_doubted = b.marks_doubted;
  return a == b;
}

}  // namespace

bool says_nothing(const Policy& policy) { return policy.rules.empty() && policy.roles.empty(); }

bool is_same_secret(const SecretImage& a, const SecretImage& b) {
  return a.managed == b.managed && is_same_metadata(a.metadata, b.metadata) &&
         std::equal(a.versions.begin(), a.versions.end(), b.versions.begin(), b.versions.end(),
                    is_same_version);
}

bool is_same_config(const ConfigImage& a, const ConfigImage& b) {
  const auto facts = [](const RestoredConfig& config) {
    return std::tuple(config.id, config.revision, config.workspace, config.spec.text(),
                      config.partial.text(), config.compat_airbyte, config.outside);
  };
  return facts(a.config) == facts(b.config) &&
         std::equal(a.secrets.begin(), a.secrets.end(), b.secrets.begin(), b.secrets.end(),
                    is_same_secret);
}

Result<StoreContents> contents_of(const Snapshot& store, const std::string& prefix) {
  StoreContents contents;
  std::set<std::string, std::less<>> held, used;
  if (prefix.empty()) {
    contents.configs = COFFER_TRY(store.configs());
    for (const std::string& id : contents.configs) {
      RestoredConfig config = COFFER_TRY(store.config(id));
      for (std::string& path : config.secrets) held.insert(std::move(path));
    }
  }
  contents.references = COFFER_TRY(store.outside_references());
  std::erase_if(contents.references, [&](const RestoredReference& reference) {
    return !is_below_or_at(reference.path, prefix);
  });
  std::sort(contents.references.begin(), contents.references.end(),
            [](const auto& a, const auto& b) {
              return std::tie(a.path, a.version, a.user) < std::tie(b.path, b.version, b.user);
            });
  for (const RestoredReference& reference : contents.references) used.insert(reference.path);
  for (std::string& path : COFFER_TRY(paths_of(store, prefix))) {
    if (held.contains(path)) continue;
    const bool is_managed = COFFER_TRY(about_secret(store.metadata(path), path)).managed;
    auto& place = is_managed && !used.contains(path) ? contents.ending : contents.paths;
    place.push_back(std::move(path));
  }
  return contents;
}

Result<ConfigImage> config_image_of(const Snapshot& store, const std::string& id) {
  return read_config_image(store, id);
}

Result<void> restore_secret(Transaction& txn, const SecretImage& secret) {
  if (secret.managed)
    return txn.restore_managed(secret.path, secret.versions, secret.created_at_ms, secret.metadata);
  return txn.restore(secret.path, secret.versions, secret.created_at_ms, secret.metadata);
}

Result<Carried> carry_config(Transaction& txn, const ConfigImage& image, Differing differing) {
  const std::string& id = image.config.id;
  const Result<ConfigImage> present = read_config_image(txn, id);
  if (present && is_same_config(*present, image)) return Carried::unchanged;
  if (present && differing == Differing::skip) return Carried::skipped;
  if (present) {
    return Error(ErrorCode::conflict, "a different config with this id exists already",
                 "--skip-existing leaves it as it is; to replace it, first run coffer config "
                 "delete ID")
        .about(Subject::Kind::name, id);
  }
  if (present.error().code() != ErrorCode::not_found) return present.error();
  for (const SecretImage& secret : image.secrets) {
    COFFER_TRY(about_secret(
        txn.restore_managed(secret.path, secret.versions, secret.created_at_ms, secret.metadata),
        secret.path));
  }
  Result<void> restored = txn.restore_config(image.config);
  if (restored) return Carried::created;
  if (restored.error().subject() != nullptr) return std::move(restored).error();
  return std::move(restored).error().about(Subject::Kind::name, id);
}

Result<Carried> carry_settings(Transaction& txn, const StoreSettings& settings,
                               Differing differing) {
  const StoreSettings present = COFFER_TRY(txn.settings());
  if (present == settings) return Carried::unchanged;
  const bool is_new = present == StoreSettings();
  if (!is_new && differing == Differing::skip) return Carried::skipped;
  if (!is_new && differing == Differing::refuse) {
    return Error(ErrorCode::conflict, "the store has different settings of its own",
                 "--skip-existing leaves them as they are; coffer settings put changes them")
        .about(Subject::Kind::name, "settings");
  }
  COFFER_TRY(txn.put_settings(settings));
  return is_new ? Carried::created : Carried::updated;
}

Result<Carried> carry_policy(Transaction& txn, const Policy& policy, Differing differing) {
  const Policy present = COFFER_TRY(txn.policy());
  if (is_same_policy(present, policy)) return Carried::unchanged;
  const bool is_new = says_nothing(present);
  if (!is_new && differing == Differing::skip) return Carried::skipped;
  if (!is_new && differing == Differing::refuse) {
    return Error(ErrorCode::conflict, "the store has a different policy of its own",
                 "--skip-existing leaves it as it is; coffer policy set changes it")
        .about(Subject::Kind::name, "policy");
  }
  Policy rules = policy;
  rules.revision = 0;
  COFFER_TRY(txn.put_policy(rules));
  return is_new ? Carried::created : Carried::updated;
}

}  // namespace coffer::tools
