// Merges a partial update into a stored config's document and puts the result.
#pragma once

#include <coffer/configs.h>

#include <memory>
#include <string_view>
#include <vector>

#include "configs/documents.h"
#include "configs/rights.h"
#include "configs/spec/spec.h"
#include "configs/spec/spec_walker.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Returns the record's document with the update merged in (RFC 7396), ready to be put. The merge
/// treats a secret as one value and replaces arrays whole. If the update chooses another branch of
/// the spec, it removes those secrets of the old branch that it does not name.
/// Errors: usage (subject() = the place), limit, corrupt (the record).
Result<SecretBytes> merged_document(const Spec& spec, const ConfigRecord& record,
                                    const json::Document& update);

/// The result of an update, computed before the store is locked.
struct PreparedPatch {
  SecretBytes base;  ///< The partial document before the update.
  std::shared_ptr<const Spec> spec;
  json::Document document;
  std::vector<SecretPlace> places;
};

/// `spec`: the new spec, or null to use the stored one. Errors: see Configs::patch.
Result<PreparedPatch> prepare_patch(const secrets::View& view, std::string_view id,
                                    std::shared_ptr<const Spec> spec, const json::Document& update);
/// Puts the prepared document. If the config has changed since, merges the update again first.
Result<ConfigPutReport> patch_in(secrets::Transaction& transaction, std::string_view id,
                                 std::shared_ptr<const Spec> spec, const json::Document& update,
                                 PreparedPatch prepared, const ConfigPutOptions& options,
                                 const ConfigRights* rights = nullptr);

}  // namespace coffer::configs
