// What a policy may be before it is kept.
#pragma once

#include <coffer/policy.h>

namespace coffer::policy {

/// The policy as it is stored: each rule's use cases once, in their order.
/// Errors: limit; usage (a subject, object or tag that means nothing, a rule without one; a policy
/// that leaves nobody to change it: nobody may `admin` everything).
Result<Policy> checked(Policy policy);

/// What a rule without wildcards could speak of. Errors: usage (subject() = the object), limit.
Result<void> check_one_object(std::string_view object);

}  // namespace coffer::policy
