// How every public call runs: if memory runs out, the call returns an Error; the policy that is in
// force when the call begins admits it; a refusal leaves a record in the audit log.
//
// A call that names a secret or a config asks the policy in its body, on the state that it works
// on; a call on the whole store is admitted here.
#pragma once

#include <coffer/policy.h>

#include <type_traits>

#include "base/guarded.h"
#include "records/vault/recorded.h"
#include "secrets/engine.h"

namespace coffer::api {

/// Fails unless the policy allows `use_case` on the whole store. Records nothing. Errors: denied.
Result<void> admit(secrets::Engine& engine, UseCase use_case);
/// The same, with a record of the refusal.
Result<void> admit_on_record(secrets::Engine& engine, UseCase use_case, format::Action action);

/// Reads by `body(view)`. `source`: an Engine or a HeldView.
template <typename Source, typename Body>
auto read(Source& source, const Body& body)
    -> std::invoke_result_t<const Body&, const secrets::View&> {
  return guarded([&] { return source.read(body); });
}

/// Runs `body()` if the policy allows `use_case` on the whole store. Only the policy's refusal is
/// recorded here: the body makes its own records.
template <typename Body>
auto call(secrets::Engine& engine, UseCase use_case, format::Action action, const Body& body)
    -> std::invoke_result_t<const Body&> {
  return guarded([&]() -> std::invoke_result_t<const Body&> {
    COFFER_TRY(admit_on_record(engine, use_case, action));
    return body();
  });
}

/// Runs `body(intent)` if the policy allows `admin` on the whole store. Any error is recorded once:
/// the body passes the intent to Engine::write.
template <typename Body>
auto administer(secrets::Engine& engine, secrets::Intent intent, const Body& body)
    -> std::invoke_result_t<const Body&, secrets::Intent*> {
  using Answer = std::invoke_result_t<const Body&, secrets::Intent*>;
  return records::recorded(engine, intent, [&](secrets::Intent* recorded) -> Answer {
    COFFER_TRY(admit(engine, UseCase::admin));
    return body(recorded);
  });
}

}  // namespace coffer::api
