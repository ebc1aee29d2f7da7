#include <coffer/policy.h>

#include "api/access.h"
#include "api/call.h"
#include "policy/check.h"
#include "policy/decision.h"
#include "policy/rules.h"

namespace coffer {

using format::Action;
using secrets::View;

Result<Policy> Policies::get() {
  return api::call(*engine_, UseCase::admin, Action::look, [&] {
    return engine_->read([](const View& view) { return view.stored_policy(); });
  });
}

Result<bool> Policies::in_force() {
  return api::read(*engine_, [](const View& view) -> Result<bool> {
    return COFFER_TRY(view.policy()) != nullptr;
  });
}

Result<bool> Policies::may(UseCase use_case, std::string_view object) {
  return api::read(*engine_, [&](const View& view) -> Result<bool> {
    COFFER_TRY(policy::check_one_object(object));
    return policy::allows(view, use_case, policy::parse_object(object));
  });
}

Result<std::uint64_t> Policies::put(const Policy& policy, std::optional<std::uint64_t> revision) {
  return api::Access::operate(*engine_,
                              [&](Transaction& txn) { return txn.put_policy(policy, revision); });
}

Result<PolicyDecision> Policies::test(const PolicySubject& subject, UseCase use_case,
                                      std::string_view object) {
  return api::call(*engine_, UseCase::admin, Action::look, [&]() -> Result<PolicyDecision> {
    COFFER_TRY(policy::check_one_object(object));
    return engine_->read([&](const View& view) {
      return policy::decision(view, subject, use_case, policy::parse_object(object));
    });
  });
}

}  // namespace coffer
