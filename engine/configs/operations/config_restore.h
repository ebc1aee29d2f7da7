// Carries a config from one store to another, unchanged: its document, spec and revision. The
// receiving store must already have its secrets.
#pragma once

#include <coffer/restore.h>
#include <coffer/result.h>

#include <optional>
#include <string_view>

#include "configs/spec/spec.h"
#include "secrets/transaction.h"
#include "text/json.h"

namespace coffer::configs {

/// Reads a config for another store. Errors: not_found, corrupt.
Result<RestoredConfig> config_to_carry(const secrets::View& view, std::string_view id);

/// Stores a carried config. Errors: conflict (the id is taken); usage (a put under the spec would
/// not give this document, or a secret was put by hand or belongs to another config); not_found (a
/// coordinate leads nowhere).
Result<void> restore_in(secrets::Transaction& transaction, const RestoredConfig& config,
                        const Spec& spec, const json::Document& partial);

}  // namespace coffer::configs
