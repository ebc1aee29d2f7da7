// A config that comes from another store as it stood there: its document, spec and revision. Its
// secrets are in this store already.
#pragma once

#include <coffer/restore.h>
#include <coffer/result.h>

#include <optional>
#include <string_view>

#include "configs/spec/spec.h"
#include "engine/text/json.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Errors: not_found, corrupt.
Result<RestoredConfig> config_to_carry(const secrets::View& view, std::string_view id);

/// Errors: conflict (there is one of that id); usage (a document that its spec does not make, a
/// secret that is no config's or is another's); not_found (a coordinate that leads nowhere).
Result<void> restore_in(secrets::Transaction& transaction, const RestoredConfig& config,
                        const Spec& spec, const json::Document& partial);

}  // namespace coffer::configs
