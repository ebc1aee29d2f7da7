// Sweep: destroys what is expired, and what is managed and has been unreachable for
// longer than the grace. It reads the time index only.
#pragma once

#include <coffer/options.h>
#include <coffer/reports.h>

#include "secrets/engine.h"

namespace coffer::secrets {

/// What one transaction of a sweep may cost. Destroying a version wraps its whole leaf anew, in a
/// bucket that was never split the whole bucket: so a batch is made of what lies in the same
/// leaves and buckets, as many as hold so many records. Their pages are in memory until the
/// commit, and over all batches each of them is wrapped once.
struct SweepLimits {
  std::size_t versions = 1024;
  std::uint64_t records_wrapped = 131'072;
};

/// In batches of one transaction each, so that writers get their turn and a kill in between
/// leaves a swept part and an unswept part; running it again goes on. Errors: io, corrupt.
/// `also` is done in the transaction of the first batch; it may run again from the start.
Result<SweepReport> sweep(Engine& engine, const SweepOptions& options,
                          const std::function<Result<void>(Transaction&)>& also = {},
                          const SweepLimits& limits = {});

}  // namespace coffer::secrets
