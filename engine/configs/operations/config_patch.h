// A partial update of a stored config: merged into its document, then put.
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

/// The document with the update merged in (RFC 7396), ready to be put against `record`. A secret
/// is one value to the merge, whatever stands for it; arrays are replaced whole. Where the update
/// chooses another branch of the spec, the secrets of the old branch that it does not name go.
/// Errors: usage (subject() = the place), limit, corrupt (the record).
Result<SecretBytes> merged_document(const Spec& spec, const ConfigRecord& record,
                                    const json::Document& update);

/// What comes of an update, worked out before the store is locked.
struct PreparedPatch {
  SecretBytes base;  ///< The partial document that it was merged into.
  std::shared_ptr<const Spec> spec;
  json::Document document;
  std::vector<SecretPlace> places;
};

/// `spec`: the new one, or null for the stored one. Errors: see Configs::patch.
Result<PreparedPatch> prepare_patch(const secrets::View& view, std::string_view id,
                                    std::shared_ptr<const Spec> spec, const json::Document& update);
/// Puts what was prepared or, where the config has changed since, what comes of the update now.
Result<ConfigPutReport> patch_in(secrets::Transaction& transaction, std::string_view id,
                                 std::shared_ptr<const Spec> spec, const json::Document& update,
                                 PreparedPatch prepared, const ConfigPutOptions& options,
                                 const ConfigRights* rights = nullptr);

}  // namespace coffer::configs
