// What of a config may be seen: masked, partial or revealed.
#pragma once

#include <coffer/configs.h>

#include "configs/documents.h"
#include "configs/hydrate.h"
#include "secrets/transaction.h"

namespace coffer::configs {

/// Errors: those of the spec's walk too, for nothing is shown that could not be masked.
Result<SecretBytes> render(const secrets::View& view, const ConfigRecord& record, ConfigForm form);

/// Reveals only what the config's stored document holds. Valid while the view is.
Reveal reveal_in(const secrets::View& view, const ConfigRecord& record);
/// Reveals only what this store minted for some config. Valid while the view is.
Reveal reveal_managed(const secrets::View& view);

}  // namespace coffer::configs
