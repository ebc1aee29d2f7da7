// Put and check inside a transaction: split, store, move references, let go. A stage does
// the first half now and the second at its commit.
#pragma once

#include <coffer/configs.h>

#include <optional>
#include <string_view>
#include <vector>

#include "configs/config_store.h"
#include "configs/spec/spec.h"
#include "configs/spec/spec_walker.h"
#include "configs/transaction_store.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// All that is needed of the caller's input, made before the store is locked.
struct PutInput {
  std::string_view spec_text;
  const Spec& spec;
  const json::Document& document;
  const CoordinateSet* imported = nullptr;  ///< Coordinates that are this config's already.
  const json::Document* against = nullptr;  ///< The partial document as the caller keeps it.
  /// Of the document, by the spec; null: they are looked for when they are needed.
  const std::vector<SecretPlace>* places = nullptr;
  const ConfigRights* rights = nullptr;  ///< The caller's; null: all.
};

/// The config as it stands and what a put of the input would make of it.
struct PreparedPut {
  std::optional<LoadedConfig> stored;
  ConfigRecord record;  ///< Without a spec yet.
  std::vector<ConfigOutcome> outcomes;
  std::uint64_t first_revision = 1;  ///< Where nothing is stored yet.
};

/// Splits the input: writes its new secrets, refers to nothing. With a lease they end at
/// `expires_at_ms`. Errors: see Configs::put.
Result<PreparedPut> prepare_put(secrets::Transaction& transaction, std::string_view id,
                                const PutInput& input, const ConfigPutOptions& options,
                                std::int64_t expires_at_ms);
/// Makes the record the config's, with its references; lets go of what it no longer refers to.
Result<ConfigPutReport> install(secrets::Transaction& transaction, std::string_view id,
                                PreparedPut prepared, std::string_view spec_text,
                                std::int64_t keep_old_ms);

/// A put of a config also promotes what a check minted, where it carries its coordinates or,
/// under the same id, an equal value. Errors: see Configs::put.
Result<ConfigPutReport> put_in(secrets::Transaction& transaction, std::string_view id,
                               const PutInput& input, const ConfigPutOptions& options);

/// New secrets live under the nil workspace until the time to live is over. With an id, the
/// stored config may be built on, and what was minted is remembered for a put of that id.
Result<ConfigPutReport> check_in(secrets::Transaction& transaction, const PutInput& input,
                                 const ConfigCheckOptions& options);

}  // namespace coffer::configs
