// What the branches of a spec's composites admit, and what tells them apart.
#pragma once

#include <coffer/result.h>

#include <unordered_set>
#include <vector>

#include "configs/spec.h"

namespace coffer::configs {

/// Fills in `admits` of every schema, and the discriminators of those in `branches`.
/// Errors: limit (too much to compare).
Result<void> describe_branches(const json::Document& document,
                               const std::unordered_set<SchemaId>& branches,
                               std::vector<Schema>& schemas);

}  // namespace coffer::configs
