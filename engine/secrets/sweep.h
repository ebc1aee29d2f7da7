// Sweep: destroys what is expired, and what is managed and has been unreachable for
// longer than the grace. It reads the time index only.
#pragma once

#include <coffer/store.h>

#include "secrets/engine.h"

namespace coffer::secrets {

/// In batches of one transaction each, so that writers get their turn and a kill in between
/// leaves a swept part and an unswept part; running it again goes on. Errors: io, corrupt.
/// `also` is done in the transaction of the first batch; it may run again from the start.
Result<SweepReport> sweep(Engine& engine, const SweepOptions& options,
                          const std::function<Result<void>(Transaction&)>& also = {});

}  // namespace coffer::secrets
