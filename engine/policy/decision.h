// The decision, of what it is given alone: no clock, no store.
#pragma once

#include <coffer/policy.h>

#include <functional>
#include <string>
#include <vector>

#include "policy/object.h"

namespace coffer::policy {

/// What rules may ask of a secret; of one that is not there, and of anything else, it is empty.
struct Facts {
  std::string owner = {};
  std::vector<std::string> tags = {};
  /// Set by one who may not administer, and others have put values since: such owner and tags give
  /// nobody a right, but still take one away.
  bool doubted = false;
  /// The secret is gone, and with it what they were: they may have been any that a rule denies by,
  /// and none that a rule allows by.
  bool forgotten = false;
};

/// Asked at most once, and only where a rule that would otherwise match needs to know.
using FindFacts = std::function<Result<Facts>()>;

/// A rule that denies beats every rule that allows; where none speaks, it is not allowed. A
/// policy without rules allows everything. Errors: those of `find_facts`.
Result<PolicyDecision> decide(const Policy& policy, const PolicySubject& subject, UseCase use_case,
                              const Object& object, const FindFacts& find_facts);

}  // namespace coffer::policy
