// The C interface's calls about the policy, and for whom a store is opened.
#include "api/c/c_handles.h"

using coffer::Result;
using coffer::c_api::require;
using coffer::c_api::run;

namespace {

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

Result<std::vector<std::string>> texts_of(const char* const* texts, std::size_t count) {
  std::vector<std::string> all;
  if (count != 0) COFFER_TRY(require(texts));
  for (std::size_t i = 0; i < count; ++i) {
    COFFER_TRY(require(texts[i]));
    all.emplace_back(texts[i]);
  }
  return all;
}

coffer_bytes* to_bytes(const std::string& text) {
  return new coffer_bytes{coffer::SecretBytes::copy_of(text)};
}

}  // namespace

coffer_code coffer_as_user(coffer_store* store, const coffer_identity* identity,
                           coffer_store** other, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, identity, other));
    *other = nullptr;
    coffer::Actor actor;
    actor.actor = text_of(identity->actor);
    actor.reason = text_of(identity->reason);
    actor.correlation = text_of(identity->correlation);
    actor.user = text_of(identity->user);
    actor.groups = COFFER_TRY(texts_of(identity->groups, identity->group_count));
    actor.purpose = identity->for_use != 0 ? coffer::Purpose::use : coffer::Purpose::reveal;
    coffer::Store made = COFFER_TRY(store->store.as(actor));
    *other = new coffer_store{std::move(made), std::move(actor)};
    return {};
  });
}

coffer_code coffer_policy_get(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    *json = nullptr;
    *json = to_bytes(policy_json(COFFER_TRY(store->store.policies().get())));
    return {};
  });
}

coffer_code coffer_policy_put(coffer_store* store, const char* json, std::uint64_t revision,
                              std::uint64_t* new_revision, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    std::optional<std::uint64_t> expected;
    if (revision != COFFER_ANY_VERSION) expected = revision;
    const coffer::Policy policy = COFFER_TRY(coffer::parse_policy(json));
    const std::uint64_t after = COFFER_TRY(store->store.policies().put(policy, expected));
    if (new_revision != nullptr) *new_revision = after;
    return {};
  });
}

coffer_code coffer_policy_test(coffer_store* store, const char* user, const char* const* groups,
                               std::size_t group_count, const char* use_case, const char* object,
                               int* allowed, std::size_t* rule, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, use_case, object, allowed));
    const auto asked = coffer::parse_use_case(use_case);
    if (!asked) return coffer::Error{coffer::ErrorCode::usage, "there is no such use case"};
    coffer::PolicySubject subject{text_of(user)};
    subject.groups = COFFER_TRY(texts_of(groups, group_count));
    const auto decision = COFFER_TRY(store->store.policies().test(subject, *asked, object));
    *allowed = decision.allowed ? 1 : 0;
    if (rule != nullptr) *rule = decision.rule;
    return {};
  });
}

coffer_code coffer_transaction_require(coffer_transaction* transaction, const char* use_case,
                                       const char* path, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, use_case, path));
    const auto asked = coffer::parse_use_case(use_case);
    if (!asked) return coffer::Error{coffer::ErrorCode::usage, "there is no such use case"};
    return transaction->transaction.require(*asked, path);
  });
}
