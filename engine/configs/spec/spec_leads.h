// Finds the schemas of a spec that have a secret below them.
#pragma once

#include <vector>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// Sets `members_lead` and `elements_lead` of every schema. Returns whether the first one, the root
/// of the spec, is secret or leads to a secret.
bool describe_leads(std::vector<Schema>& schemas);

}  // namespace coffer::configs
