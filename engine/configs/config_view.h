// A config as its caller may see it: masked, partial or revealed.
#pragma once

#include <coffer/configs.h>

#include <optional>

#include "configs/document/mask.h"
#include "configs/documents.h"
#include "configs/operations/hydrate.h"
#include "configs/rights.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Renders every form but the revealed one. With `rights`, plain values are compared only with
/// secrets that the caller may know. Errors: corrupt, and those of the spec's walk: a document
/// that cannot be masked is not shown.
Result<MaskedView> render(const secrets::View& view, const ConfigRecord& record, ConfigForm form,
                          const ConfigRights* rights = nullptr);

/// A document with secret values filled in, limited to those that the stored config holds.
/// Secrets of this store are filled in inside a transaction (take), those kept elsewhere outside
/// of it (finish).
class HydratedDocument {
 public:
  /// Takes the stored document itself.
  Result<void> take(const secrets::View& view, const ConfigRecord& record);
  /// Takes the caller's version of it. Errors: see Hydration::declared.
  Result<void> take(const secrets::View& view, const ConfigRecord& record, json::Document partial);
  Result<SecretBytes> finish(const ConfigResolver& resolver) &&;

 private:
  std::optional<SecretBytes> text_;
  ExternalNames externals_;
  std::optional<Hydration> hydration_;
};

/// Reveals only secrets that this store minted for some config. Valid as long as the view.
Reveal reveal_managed(const secrets::View& view);

}  // namespace coffer::configs
