// The C interface's calls about the policy.
#include "api/c/c_handles.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::Store;

Result<coffer::UseCase> use_case_of(const char* name) {
  const auto use_case = coffer::parse_use_case(name);
  if (!use_case) return Error(ErrorCode::usage, "there is no such use case");
  return *use_case;
}

Result<void> require_of(const coffer::Transaction& inside, coffer::UseCase use_case,
                        const char* object) {
  return inside.require(use_case, object);
}

Result<void> require_of(Store& open, coffer::UseCase use_case, const char* object) {
  if (COFFER_TRY(open.policies().may(use_case, object))) return {};
  return Error(ErrorCode::denied, "the store's policy does not allow this");
}

}  // namespace

coffer_code coffer_require(coffer_store* store, const char* use_case, const char* object,
                           coffer_error* error) {
  return writing(store, error, given(use_case, object), [&](auto& to) -> Result<void> {
    return require_of(to, COFFER_TRY(use_case_of(use_case)), object);
  });
}

coffer_code coffer_policy_get(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return on_store(store, error, given(json), [&](Store& open) -> Result<void> {
    *json = to_bytes(policy_json(COFFER_TRY(open.policies().get())));
    return {};
  });
}

coffer_code coffer_policy_put(coffer_store* store, const char* json, std::uint64_t if_revision,
                              std::uint64_t* revision, coffer_error* error) {
  return on_store(store, error, given(json), [&](Store& open) -> Result<void> {
    const coffer::Policy policy = COFFER_TRY(coffer::parse_policy(json));
    const std::uint64_t after = COFFER_TRY(open.policies().put(policy, expected(if_revision)));
    if (revision != nullptr) *revision = after;
    return {};
  });
}

coffer_code coffer_policy_test(coffer_store* store, const coffer_identity* identity,
                               const char* use_case, const char* object, int* allowed,
                               std::size_t* rule, coffer_error* error) {
  const bool is_given = given(identity, use_case, object, allowed);
  return on_store(store, error, is_given, [&](Store& open) -> Result<void> {
    coffer::Actor actor = COFFER_TRY(actor_of(identity));
    const coffer::PolicySubject subject{std::move(actor.user), std::move(actor.groups)};
    const auto decision =
        COFFER_TRY(open.policies().test(subject, COFFER_TRY(use_case_of(use_case)), object));
    *allowed = decision.allowed ? 1 : 0;
    if (rule != nullptr) *rule = decision.rule;
    return {};
  });
}
