// The decision is a pure function of its arguments: it reads no clock and no store.
#pragma once

#include <coffer/policy.h>

#include <functional>
#include <string>
#include <vector>

#include "policy/object.h"

namespace coffer::policy {

/// What rules may ask about a secret. Empty for an absent secret and for any other object.
struct Facts {
  std::string owner = {};
  std::vector<std::string> tags = {};
  /// Somebody without the right to administer set the owner and tags, and others have put values
  /// since. Such an owner and tags grant no right, but rules that deny still apply.
  bool doubted = false;
  /// The secret is gone, so its owner and tags are unknown: every rule that denies by them matches,
  /// and no rule that allows by them does.
  bool forgotten = false;
};

/// Called at most once, and only if a rule depends on the answer.
using FindFacts = std::function<Result<Facts>()>;

/// A rule that denies beats every rule that allows. If no rule matches, the answer is no; a policy
/// without rules allows everything. `rule` of the answer counts from 1; 0 if no rule matched.
/// Errors: those of `find_facts`.
Result<PolicyDecision> decide(const Policy& policy, const PolicySubject& subject, UseCase use_case,
                              const Object& object, const FindFacts& find_facts);

}  // namespace coffer::policy
