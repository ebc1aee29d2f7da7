// Put and check inside a transaction: split the document, store the secrets, move the references,
// release what is unused. A stage does the first half now and the second half at its commit.
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

/// The caller's input, parsed before the store is locked.
struct PutInput {
  std::string_view spec_text;
  const Spec& spec;
  const json::Document& document;
  const CoordinateSet* imported = nullptr;  ///< Coordinates already written for this config.
  const json::Document* against = nullptr;  ///< The partial document that the caller keeps.
  /// The document's secret places under the spec; null: found when needed.
  const std::vector<SecretPlace>* places = nullptr;
  const ConfigRights* rights = nullptr;  ///< The caller's rights; null: all.
};

/// The stored config, and what a put of the input would make of it.
struct PreparedPut {
  std::optional<LoadedConfig> stored;
  ConfigRecord record;  ///< The new record, without a spec yet.
  std::vector<ConfigOutcome> outcomes;
  std::uint64_t first_revision = 1;  ///< Used if nothing is stored yet.
};

/// Splits the input and writes its new secrets, without references. The secrets expire at
/// `expires_at_ms`; 0: never. Errors: see Configs::put.
Result<PreparedPut> prepare_put(secrets::Transaction& transaction, std::string_view id,
                                const PutInput& input, const ConfigPutOptions& options,
                                std::int64_t expires_at_ms);
/// Stores the prepared record with its references, and releases the secrets that the config no
/// longer refers to.
Result<ConfigPutReport> install(secrets::Transaction& transaction, std::string_view id,
                                PreparedPut prepared, std::string_view spec_text,
                                std::int64_t keep_old_ms);

/// Puts a config. Also adopts secrets of a check, if the document holds their coordinates or, under
/// the same id, equal values. Errors: see Configs::put.
Result<ConfigPutReport> put_in(secrets::Transaction& transaction, std::string_view id,
                               const PutInput& input, const ConfigPutOptions& options);

/// Splits the input for a check. New secrets are minted in the nil workspace and expire after
/// `options.ttl_ms`. With an id, the document may refer to the stored config, and a note of the
/// minted secrets is kept for a put of that id.
Result<ConfigPutReport> check_in(secrets::Transaction& transaction, const PutInput& input,
                                 const ConfigCheckOptions& options);

}  // namespace coffer::configs
