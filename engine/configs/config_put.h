// Put and check inside a transaction: split, store, move references, let go.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/spec.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// All that is needed of the caller's input, made before the store is locked.
struct PutInput {
  std::string_view spec_text;
  const Spec& spec;
  const json::Document& document;
};

/// A put of a config also promotes what a check minted, where it carries its coordinates or,
/// under the same id, an equal value. Errors: see Configs::put.
Result<ConfigPutReport> put_in(secrets::Transaction& transaction, std::string_view id,
                               const PutInput& input, const ConfigPutOptions& options);

/// New secrets live under the nil workspace until the time to live is over. With an id, the
/// stored config may be built on, and what was minted is remembered for a put of that id.
Result<ConfigPutReport> check_in(secrets::Transaction& transaction, const PutInput& input,
                                 const ConfigCheckOptions& options);

}  // namespace coffer::configs
