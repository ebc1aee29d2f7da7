// Lists the secrets and folders below a folder that match a filter.
#pragma once

#include <coffer/listing.h>
#include <coffer/result.h>

#include <string_view>
#include <vector>

#include "secrets/transaction.h"

namespace coffer::secrets {

/// The names one level below `folder` ("" = root), or all full paths below it; in byte order.
/// A folder is listed if any secret below it, at any depth, matches.
Result<std::vector<std::string>> list_names(const View& view, std::string_view folder,
                                            const ListOptions& options);
/// As list_names(), with the state and metadata of each.
Result<std::vector<ListedSecret>> list_secrets(const View& view, std::string_view folder,
                                               const ListOptions& options);

}  // namespace coffer::secrets
