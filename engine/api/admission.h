// Whether a call on the store as a whole is let in, by the policy that stands when it begins.
// What names a secret or a config is asked where it is done, on the state that it is done upon.
#pragma once

#include <coffer/policy.h>

#include "policy/object.h"
#include "secrets/engine.h"

namespace coffer::api {

/// Errors: denied. For calls whose refusals are recorded anyway.
Result<void> admit(secrets::Engine& engine, UseCase use_case,
                   const policy::Object& object = policy::whole_store());
/// The same, with a record of the refusal.
Result<void> admit_on_record(secrets::Engine& engine, UseCase use_case, format::Action action);

}  // namespace coffer::api
