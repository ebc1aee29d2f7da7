// Copies a config, with secrets of its own, or renames it.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "secrets/transaction.h"

namespace coffer::configs {

// Errors: see Configs::copy and Configs::rename.
Result<ConfigPutReport> copy_in(secrets::Transaction& transaction, std::string_view from,
                                std::string_view to);
/// Returns the config's revision, which does not change.
Result<std::uint64_t> rename_in(secrets::Transaction& transaction, std::string_view from,
                                std::string_view to);

}  // namespace coffer::configs
