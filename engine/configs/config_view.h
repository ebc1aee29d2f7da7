// What of a config may be seen: masked, partial or revealed.
#pragma once

#include <coffer/configs.h>

#include "configs/documents.h"
#include "configs/hydrate.h"
#include "configs/mask.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Every form but the revealed one.
/// Errors: those of the spec's walk too, for nothing is shown that could not be masked.
Result<MaskedView> render(const secrets::View& view, const ConfigRecord& record, ConfigForm form);

/// A document with the secrets of this store put in, only those that the stored one holds. The
/// record must outlive what is returned. Errors: see Hydration::declared.
Result<Hydration> hydrate_in(const secrets::View& view, const ConfigRecord& record,
                             json::Document partial, const ExternalNames& externals);
/// The names of secrets kept elsewhere that the record holds.
ExternalNames externals_of(const ConfigRecord& record);

/// Reveals only what this store minted for some config. Valid while the view is.
Reveal reveal_managed(const secrets::View& view);

}  // namespace coffer::configs
