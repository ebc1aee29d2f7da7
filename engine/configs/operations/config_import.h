// A config that another platform split: its partial document and the values behind it.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/operations/config_put.h"

namespace coffer::configs {

/// Writes each coordinate of the document with the payload of its name, then puts the document,
/// whose places must have been found.
/// Errors: see Configs::import_partial.
Result<ConfigPutReport> import_in(secrets::Transaction& transaction, std::string_view id,
                                  const PutInput& input, const json::Document& payloads,
                                  const ConfigPutOptions& options);

}  // namespace coffer::configs
