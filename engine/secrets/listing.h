// Lists what is below a folder, as far as it is wanted.
#pragma once

#include <coffer/listing.h>
#include <coffer/result.h>

#include <string_view>
#include <vector>

#include "secrets/transaction.h"

namespace coffer::secrets {

/// The names one level below `folder` ("" = root), or all full paths below it; in byte order.
/// A folder is there when any secret below it, however deep, is wanted.
Result<std::vector<std::string>> list_names(const View& view, std::string_view folder,
                                            const ListOptions& options);
/// The same with what is told of each.
Result<std::vector<ListedSecret>> list_secrets(const View& view, std::string_view folder,
                                               const ListOptions& options);

}  // namespace coffer::secrets
