// Keeps users from shutting themselves out of a store by mistake: a policy that takes `admin` away
// from its author needs his explicit consent.
#pragma once

#include <coffer/policy.h>
#include <coffer/result.h>

#include "tools/command/opening/context.h"

namespace coffer::tools {

/// Checks that the user can change the policy again once it is in force. If not, requires `yes` or
/// an answer on the terminal. Errors: usage (no terminal to ask on), declined.
Result<void> check_still_admin(const Context& context, const Policy& policy, bool yes);

}  // namespace coffer::tools
