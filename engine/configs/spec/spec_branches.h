// Computes which types the branches of a spec's composites admit and what distinguishes them.
#pragma once

#include <coffer/result.h>

#include <unordered_set>
#include <vector>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// `all`: every branch and condition. `one_of`: the branches of each oneOf, which exclude each
/// other.
struct Branches {
  std::unordered_set<SchemaId> all;
  std::vector<std::vector<SchemaId>> one_of;
};

/// Sets `admits` of every schema. Sets the discriminators of the branches or, for branches without
/// any, the members that distinguish them. Errors: limit (too much to compare).
Result<void> describe_branches(const json::Document& document, const Branches& branches,
                               std::vector<Schema>& schemas);

}  // namespace coffer::configs
