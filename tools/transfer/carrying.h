// Carries the content of one store into another, with rules for what exists there already. Import
// and migrate share it, so that both refuse and keep the same.
#pragma once

#include <coffer/result.h>
#include <coffer/snapshot.h>
#include <coffer/transaction.h>

#include <set>
#include <string>
#include <vector>

#include "tools/exchange/images.h"

namespace coffer::tools {

/// What happens to an existing object of the same name that differs.
enum class Differing { refuse, overwrite, skip };
enum class Carried { created, updated, unchanged, skipped };

/// Whether the policy has neither rules nor roles, so there is nothing to carry.
bool says_nothing(const Policy& policy);

/// Compares every version with its number, times and value, and all metadata.
bool is_same_secret(const SecretImage& a, const SecretImage& b);
bool is_same_config(const ConfigImage& a, const ConfigImage& b);

/// What is carried from a store.
struct StoreContents {
  std::vector<std::string> paths;    ///< Secrets that no config holds.
  std::vector<std::string> configs;  ///< Only for a whole store.
  std::vector<RestoredReference> references;
  std::vector<std::string> ending;  ///< Made by a check, a stage or a replaced config; not carried.
};
/// `prefix` "": the whole store. Errors: not_found (nothing is below it), as the snapshot's reads.
Result<StoreContents> contents_of(const Snapshot& store, const std::string& prefix);

/// Errors: as Snapshot::config and the reading of each secret.
Result<ConfigImage> config_image_of(const Snapshot& store, const std::string& id);

/// Writes the secret with its history, as a config's secret if it is managed. Its path must be
/// free.
Result<void> restore_secret(Transaction& txn, const SecretImage& secret);

// Never overwrites a config, because its secrets would be lost with it. Errors: conflict (a
// different config has this id, or a secret's path is taken), as Transaction's restore calls.
Result<Carried> carry_config(Transaction& txn, const ConfigImage& image, Differing differing);
/// Errors: conflict (the store's settings are neither the default nor the same).
Result<Carried> carry_settings(Transaction& txn, const StoreSettings& settings,
                               Differing differing);
/// Errors: conflict (the store has a policy with other rules or roles).
Result<Carried> carry_policy(Transaction& txn, const Policy& policy, Differing differing);

}  // namespace coffer::tools
