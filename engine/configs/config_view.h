// What of a config may be seen: masked, partial or revealed.
#pragma once

#include <coffer/configs.h>

#include <optional>

#include "configs/document/mask.h"
#include "configs/documents.h"
#include "configs/operations/hydrate.h"
#include "configs/rights.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Every form but the revealed one.
/// Errors: those of the spec's walk too, for nothing is shown that could not be masked.
/// With `rights`, plain values are compared only with secrets that the caller may know.
Result<MaskedView> render(const secrets::View& view, const ConfigRecord& record, ConfigForm form,
                          const ConfigRights* rights = nullptr);

/// A document with the values that a config's stored one holds, and only those. The secrets of
/// this store are put in inside a transaction, those kept elsewhere outside of one.
class HydratedDocument {
 public:
  /// The stored document itself.
  Result<void> take(const secrets::View& view, const ConfigRecord& record);
  /// One like it. Errors: see Hydration::declared.
  Result<void> take(const secrets::View& view, const ConfigRecord& record, json::Document partial);
  Result<SecretBytes> finish(const ConfigResolver& resolver) &&;

 private:
  std::optional<SecretBytes> text_;
  ExternalNames externals_;
  std::optional<Hydration> hydration_;
};

/// Reveals only what this store minted for some config. Valid while the view is.
Reveal reveal_managed(const secrets::View& view);

}  // namespace coffer::configs
