// Sweep: destroys expired versions, and managed versions that have been unreachable for longer than
// the grace. Finds them by the time index alone.
#pragma once

#include <coffer/options.h>
#include <coffer/reports.h>

#include "secrets/engine.h"

namespace coffer::secrets {

/// Limits one transaction of a sweep. Destroying a version wraps its whole leaf again, or its whole
/// bucket if that is not split. So a batch takes versions of the same leaves and buckets, until
/// these hold `records_wrapped` records, whose pages stay in memory until the commit. Over all
/// batches, each leaf or bucket is wrapped once.
struct SweepLimits {
  std::size_t versions = 1024;
  std::uint64_t records_wrapped = 131'072;
};

/// Works in batches of one transaction each, so that other writers get their turn. After a kill,
/// the next sweep continues. `also` runs in the transaction of the first batch, and may run again
/// from the start. Errors: io, corrupt.
Result<SweepReport> sweep(Engine& engine, const SweepOptions& options,
                          const std::function<Result<void>(Transaction&)>& also = {},
                          const SweepLimits& limits = {});

}  // namespace coffer::secrets
