#include "tools/command/consent/still_admin.h"

#include "tools/command/streams/prompt.h"

namespace coffer::tools {

Result<void> check_still_admin(const Context& context, const Policy& policy, bool yes) {
  Context own = context;
  own.look_up_login();
  const Actor& me = own.actor();
  if (yes || lets_administer(policy, {me.user, me.groups})) return {};
  if (can_ask()) {
    return confirm("With this policy you (user:" + me.user +
                       ") can no longer administer the store or change the policy. Continue?",
                   false);
  }
  return Error(ErrorCode::usage,
               "with this policy you can no longer administer the store or change the policy; "
               "nothing was changed",
               "allow yourself `admin` on **; -y sets the policy anyway")
      .about(Subject::Kind::name, "user:" + me.user);
}

}  // namespace coffer::tools
