// What a store holds on its way into another: what stands there already decides. One piece for
// import and migrate, so that both refuse and leave alone the same.
#pragma once

#include <coffer/result.h>
#include <coffer/snapshot.h>
#include <coffer/transaction.h>

#include <set>
#include <string>
#include <vector>

#include "tools/exchange/images.h"

namespace coffer::tools {

/// What becomes of something of the same name that is not the same.
enum class Differing { refuse, overwrite, skip };
enum class Carried { created, updated, unchanged, skipped };

/// Neither a rule nor a role: nothing that would be carried.
bool says_nothing(const Policy& policy);

/// Every version with its number, times and value, and all metadata.
bool is_same_secret(const SecretImage& a, const SecretImage& b);
bool is_same_config(const ConfigImage& a, const ConfigImage& b);

/// What is carried of a store besides its plain secrets.
struct StoreContents {
  std::vector<std::string> paths;    ///< Secrets that no config holds.
  std::vector<std::string> configs;  ///< Of a whole store.
  std::vector<RestoredReference> references;
  std::vector<std::string> ending;  ///< Minted by a check, a stage or a replaced config: left.
};
/// `prefix` "": the whole store. Errors: not_found (nothing below), as the snapshot's reads.
Result<StoreContents> contents_of(const Snapshot& store, const std::string& prefix);

/// Errors: as Snapshot::config and reading each secret.
Result<ConfigImage> config_image_of(const Snapshot& store, const std::string& id);

/// With its history; of a config's where it is managed. There must be none of its path.
Result<void> restore_secret(Transaction& txn, const SecretImage& secret);

// A config is never overwritten: its secrets would be gone with it.
/// Errors: conflict (another one of its id, or of a secret's name), as Transaction's restore calls.
Result<Carried> carry_config(Transaction& txn, const ConfigImage& image, Differing differing);
/// Errors: conflict (other settings than a new store's stand there).
Result<Carried> carry_settings(Transaction& txn, const StoreSettings& settings,
                               Differing differing);
/// Errors: conflict (another policy stands there: other rules, or other roles).
Result<Carried> carry_policy(Transaction& txn, const Policy& policy, Differing differing);

}  // namespace coffer::tools
