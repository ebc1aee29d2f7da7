// What the branches of a spec's composites admit, and what tells them apart.
#pragma once

#include <coffer/result.h>

#include <unordered_set>
#include <vector>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// What tells branches apart is wanted of all of `all`; those of one oneOf exclude one another.
struct Branches {
  std::unordered_set<SchemaId> all;
  std::vector<std::vector<SchemaId>> one_of;
};

/// Fills in `admits` of every schema, and of the branches their discriminators or, where they
/// have none, the members that tell them apart. Errors: limit (too much to compare).
Result<void> describe_branches(const json::Document& document, const Branches& branches,
                               std::vector<Schema>& schemas);

}  // namespace coffer::configs
