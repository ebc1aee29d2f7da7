// The reads that a Store, a transaction and a snapshot have in common, on whichever view of
// the store they are asked of. Names are checked here.
#pragma once

#include <coffer/changes.h>
#include <coffer/operations.h>
#include <coffer/result.h>

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
/// In the order of kind, user and version.
Result<std::vector<ReferenceInfo>> read_references(const secrets::View& view,
                                                   std::string_view path);
Result<std::vector<std::string>> read_names(const secrets::View& view, std::string_view prefix,
                                            const ListOptions& options);
Result<std::vector<ListedSecret>> read_listed(const secrets::View& view, std::string_view prefix,
                                              const FindOptions& options);

/// Takes out what the policy does not let the caller list.
Result<void> hide_changes(const secrets::View& view, std::vector<Change>& changes);

}  // namespace coffer::api
