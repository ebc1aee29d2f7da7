// Imports a config that another platform split: its partial document and the values behind it.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/operations/config_put.h"

namespace coffer::configs {

/// Stores the payload of each coordinate in the document, then puts the document. `input.places`
/// must be set.
/// Errors: see Configs::import_partial.
Result<ConfigPutReport> import_in(secrets::Transaction& transaction, std::string_view id,
                                  const PutInput& input, const json::Document& payloads,
                                  const ConfigPutOptions& options);

}  // namespace coffer::configs
