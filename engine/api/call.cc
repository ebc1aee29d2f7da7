#include "api/call.h"

#include "policy/check.h"
#include "policy/object.h"

namespace coffer::api {

Result<void> admit(secrets::Engine& engine, UseCase use_case) {
  return engine.read([&](const secrets::View& view) {
    return policy::check(view, use_case, policy::whole_store());
  });
}

Result<void> admit_on_record(secrets::Engine& engine, UseCase use_case, format::Action action) {
  auto admitted = admit(engine, use_case);
  secrets::Intent intent{action, ""};
  if (!admitted) engine.record_refusal(intent, admitted.error());
  return admitted;
}

}  // namespace coffer::api
