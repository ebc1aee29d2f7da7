// The reads that a Store, a transaction and a snapshot have in common, on whichever view of
// the store they are asked of. Names are checked here.
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
/// Without the scopes, which name places of the store, for who may not administer it.
Result<StoreSettings> read_settings(const secrets::View& view);
/// Who makes a note that he uses a secret needs `use`, and so does who ends his own; another's is
/// ended by `force`, or by who may administer. Errors: denied.
Result<void> check_ends_reference(const secrets::View& view, std::string_view path,
                                  std::uint64_t version, std::string_view user);
/// In the order of kind, user and version; of a config that may not be listed without its id.
Result<std::vector<ReferenceInfo>> read_references(const secrets::View& view,
                                                   std::string_view path);
Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options);
Result<std::vector<ListedSecret>> read_listed(const secrets::View& view, std::string_view prefix,
                                              const FindOptions& options);
/// Whether a listing leaves something below `prefix` out, or of "" a config: what the policy does
/// not let the caller list. Who may not administer is not told: false.
Result<bool> read_hides(const secrets::View& view, std::string_view prefix);

/// Those of the configs that the caller may list, in no order.
Result<std::vector<std::string>> read_config_ids(const secrets::View& view);
/// A config as it is carried to another store. Errors: not_found, denied (it needs `reveal`).
Result<RestoredConfig> read_carried(const secrets::View& view, std::string_view id);
/// Errors: denied (it needs `admin`).
Result<Policy> read_policy(const secrets::View& view);

/// Takes out what the policy does not let the caller list.
Result<void> hide_changes(const secrets::View& view, std::vector<Change>& changes);

}  // namespace coffer::api
