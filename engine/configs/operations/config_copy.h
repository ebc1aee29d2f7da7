// A config under another name: a copy with secrets of its own, or the same one renamed.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "secrets/transaction.h"

namespace coffer::configs {

// Errors of both: see Configs.
Result<ConfigPutReport> copy_in(secrets::Transaction& transaction, std::string_view from,
                                std::string_view to);
/// Returns the revision, which the config keeps.
Result<std::uint64_t> rename_in(secrets::Transaction& transaction, std::string_view from,
                                std::string_view to);

}  // namespace coffer::configs
