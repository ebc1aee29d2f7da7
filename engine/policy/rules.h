// The rules that a policy must keep before it is stored.
#pragma once

#include <coffer/policy.h>

namespace coffer::policy {

/// Returns the policy as it is stored: each rule's use cases sorted, without duplicates.
/// Errors: limit; usage (a subject, object or tag is missing or means nothing; or nobody could
/// change the policy any more, because nobody may `admin` everything).
Result<Policy> checked(Policy policy);

/// Checks an object without wildcards. Errors: usage (subject() = the object), limit.
Result<void> check_one_object(std::string_view object);

}  // namespace coffer::policy
