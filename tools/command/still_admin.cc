#include "tools/command/still_admin.h"

#include "tools/command/streams/prompt.h"

namespace coffer::tools {

Result<void> check_still_admin(const Context& context, const Policy& policy, bool yes) {
  Context own = context;
  own.look_up_login();
  const Actor& me = own.actor();
  if (yes || lets_administer(policy, {me.user, me.groups})) return {};
  if (can_ask()) {
    return confirm("With this policy you (user:" + me.user +
                       ") may not administer the store, nor change the policy again. Go on?",
                   false);
  }
  return Error(ErrorCode::usage,
               "with this policy you may not administer the store, nor change the policy again; "
               "nothing was changed",
               "allow yourself `admin` on **; -y does it all the same")
      .about(Subject::Kind::name, "user:" + me.user);
}

}  // namespace coffer::tools
