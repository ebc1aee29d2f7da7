// Which schemas of a spec have a secret below them.
#pragma once

#include <vector>

#include "configs/spec/spec.h"

namespace coffer::configs {

/// Fills in `members_lead` and `elements_lead` of every schema. Returns whether the first one,
/// the spec's own, is secret or leads to a secret in any way.
bool describe_leads(std::vector<Schema>& schemas);

}  // namespace coffer::configs
