// The reads that a Store, a transaction and a snapshot have in common, on any view of the store.
// They check names.
#pragma once

#include <coffer/changes.h>
#include <coffer/operations.h>
#include <coffer/policy.h>
#include <coffer/restore.h>
#include <coffer/result.h>
#include <coffer/settings.h>

#include <string>
#include <string_view>
#include <vector>

#include "secrets/transaction.h"

namespace coffer::api {

Result<Secret> read_secret(const secrets::View& view, std::string_view path, std::uint64_t version,
                           secrets::Deleted deleted = secrets::Deleted::refuse);
Result<Metadata> read_metadata(const secrets::View& view, std::string_view path);
Result<History> read_history(const secrets::View& view, std::string_view path);
Result<bool> read_exists(const secrets::View& view, std::string_view path);
/// Leaves out the scopes, which name paths, unless the caller may administer the store.
Result<StoreSettings> read_settings(const secrets::View& view);
/// Fails unless the caller may end this reference: the caller's own needs `use`, another user's
/// needs `force` or `admin`. Errors: denied.
Result<void> check_ends_reference(const secrets::View& view, std::string_view path,
                                  std::uint64_t version, std::string_view user);
/// In the order of kind, user and version; leaves out the id of a config that the caller may not
/// list.
Result<std::vector<ReferenceInfo>> read_references(const secrets::View& view,
                                                   std::string_view path);
Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options);
Result<std::vector<ListedSecret>> read_listed(const secrets::View& view, std::string_view prefix,
                                              const FindOptions& options);
/// Whether the policy hides something below `prefix`, or for "" a config, from the caller's
/// listings. Always false for a caller without `admin`.
Result<bool> read_hides(const secrets::View& view, std::string_view prefix);

/// The configs that the caller may list, in no order.
Result<std::vector<std::string>> read_config_ids(const secrets::View& view);
/// A config in the form for another store. Errors: not_found, denied (it needs `reveal`).
Result<RestoredConfig> read_carried(const secrets::View& view, std::string_view id);
/// Errors: denied (it needs `admin`).
Result<Policy> read_policy(const secrets::View& view);

/// Removes what the policy does not let the caller list.
Result<void> hide_changes(const secrets::View& view, std::vector<Change>& changes);

}  // namespace coffer::api
