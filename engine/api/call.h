// How every public call is run: memory that runs out becomes an Error at its edge, the policy that
// stands when the call begins admits it, and a refusal leaves a record in the audit log.
//
// A call that names a secret or a config asks the policy in its body, on the state that it works
// on; a call on the store as a whole is admitted here.
#pragma once

#include <coffer/policy.h>

#include <type_traits>

#include "base/guarded.h"
#include "secrets/engine.h"
#include "secrets/recorded.h"

namespace coffer::api {

/// Errors: denied. Makes no record of it.
Result<void> admit(secrets::Engine& engine, UseCase use_case);
/// The same, with a record of the refusal.
Result<void> admit_on_record(secrets::Engine& engine, UseCase use_case, format::Action action);

/// Reads by `body(view)`. `source`: an Engine or a HeldView.
template <typename Source, typename Body>
auto read(Source& source, const Body& body)
    -> std::invoke_result_t<const Body&, const secrets::View&> {
  return guarded([&] { return source.read(body); });
}

/// Runs `body()` if the policy allows `use_case` of the whole store. Only the policy's refusal is
/// recorded: the body leaves the records that it needs by itself.
template <typename Body>
auto call(secrets::Engine& engine, UseCase use_case, format::Action action, const Body& body)
    -> std::invoke_result_t<const Body&> {
  return guarded([&]() -> std::invoke_result_t<const Body&> {
    COFFER_TRY(admit_on_record(engine, use_case, action));
    return body();
  });
}

/// Runs `body(intent)` if the policy allows `admin` of the whole store. Any error is recorded,
/// once: the body hands the intent to Engine::write.
template <typename Body>
auto administer(secrets::Engine& engine, secrets::Intent intent, const Body& body)
    -> std::invoke_result_t<const Body&, secrets::Intent*> {
  using Answer = std::invoke_result_t<const Body&, secrets::Intent*>;
  return secrets::recorded(engine, intent, [&](secrets::Intent* recorded) -> Answer {
    COFFER_TRY(admit(engine, UseCase::admin));
    return body(recorded);
  });
}

}  // namespace coffer::api
