// Nobody shuts himself out of a store by the way: a policy that takes `admin` from whoever puts it
// is put where he says that he means it.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include "tools/command/opening/context.h"

namespace coffer::tools {

/// Whether whoever runs the command could change the policy again once it is in force; where not,
/// `yes`, or an answer on the terminal. Errors: usage (nobody is there to ask), declined.
Result<void> check_still_admin(const Context& context, const Policy& policy, bool yes);

}  // namespace coffer::tools
