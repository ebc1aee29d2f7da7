// A partial update of a stored config: merged into its document, then put.
#pragma once

#include <coffer/configs.h>

#include <string_view>

#include "configs/documents.h"
#include "configs/spec.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// The document with the update merged in (RFC 7396), ready to be put against `record`. A secret
/// is one value to the merge, whatever stands for it; arrays are replaced whole. Where the update
/// chooses another branch of the spec, the secrets of the old branch that it does not name go.
/// Errors: usage (subject() = the place), limit, corrupt (the record).
Result<SecretBytes> merged_document(const Spec& spec, const ConfigRecord& record,
                                    const json::Document& update);

/// `spec`: the new one, or null for the stored one. Errors: see Configs::patch.
Result<ConfigPutReport> patch_in(secrets::Transaction& transaction, std::string_view id,
                                 const Spec* spec, const json::Document& update,
                                 const ConfigPutOptions& options);

}  // namespace coffer::configs
