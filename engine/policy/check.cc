#include "policy/check.h"

#include <coffer/audit.h>

#include "base/check.h"
#include "format/names.h"
#include "policy/decision.h"

namespace coffer::policy {
namespace {

// The secret's owner and tags, or `absent` if there is no such secret.
Result<Facts> facts_of(const secrets::View& view, std::string_view path, const Facts& absent) {
  auto metadata = view.metadata(path);
  if (metadata)
    return Facts{std::move(metadata->owner), std::move(metadata->tags), metadata->marks_doubted};
  if (metadata.error().code() == ErrorCode::not_found) return absent;
  return std::move(metadata).error();
}

Result<PolicyDecision> decide_by(const secrets::View& view, const Policy& policy,
                                 const PolicySubject& subject, UseCase use_case,
                                 const Object& object, const Facts& absent = {}) {
  return decide(policy, subject, use_case, object,
                [&]() -> Result<Facts> { return facts_of(view, object.name, absent); });
}

// The label takes no part: any caller can choose it.
PolicySubject subject_of(const Actor& actor) { return {actor.user, actor.groups}; }

// The action that the audit log names for a refused use case.
format::Action action_of(UseCase use_case) {
  switch (use_case) {
    case UseCase::use:
    case UseCase::reveal: return format::Action::read;
    case UseCase::write: return format::Action::put;
    case UseCase::remove:
    case UseCase::force: return format::Action::destroy;
    case UseCase::audit: return format::Action::audit_look;
    default: return format::Action::look;
  }
}

}  // namespace

Error refused(UseCase use_case, const Object& object) {
  COFFER_CHECK(!use_case_name(use_case).empty());
  Error error{ErrorCode::denied, "the store's policy does not allow this",
              Advice::ask_policy_keeper};
  if (object.kind == Object::Kind::store)
    return std::move(error).about(Subject::Kind::name, use_case_name(use_case));
  return std::move(error).about(Subject::Kind::path, object.name);
}

Result<bool> allows(const secrets::View& view, UseCase use_case, const Object& object) {
  const Policy* policy = COFFER_TRY(view.policy());
  if (policy == nullptr) return true;
  return COFFER_TRY(decide_by(view, *policy, subject_of(view.actor()), use_case, object)).allowed;
}

Result<bool> allows_past(const secrets::View& view, UseCase use_case, const Object& object) {
  const Policy* policy = COFFER_TRY(view.policy());
  if (policy == nullptr) return true;
  return COFFER_TRY(decide_by(view, *policy, subject_of(view.actor()), use_case, object,
                              Facts{.forgotten = true}))
      .allowed;
}

Result<bool> denies(const secrets::View& view, UseCase use_case, const Object& object) {
  const Policy* policy = COFFER_TRY(view.policy());
  if (policy == nullptr) return false;
  const PolicyDecision decision =
      COFFER_TRY(decide_by(view, *policy, subject_of(view.actor()), use_case, object));
  return !decision.allowed && decision.rule != 0;
}

Result<void> check(const secrets::View& view, UseCase use_case, const Object& object) {
  if (COFFER_TRY(view.policy()) == nullptr) return {};
  if (object.kind == Object::Kind::secret) COFFER_TRY(format::check_path(object.name));
  if (COFFER_TRY(allows(view, use_case, object))) return {};
  return refused(use_case, object);
}

Result<void> check_read(const secrets::View& view, UseCase use_case, const Object& object) {
  auto checked = check(view, use_case, object);
  if (!checked && checked.error().code() == ErrorCode::denied)
    view.note_denied(action_of(use_case), object.name);
  return checked;
}

Result<void> check_value(const secrets::View& view, std::string_view path) {
  const bool use = view.actor().purpose == Purpose::use;
  return check_read(view, use ? UseCase::use : UseCase::reveal, secret(path));
}

Result<PolicyDecision> decision(const secrets::View& view, const PolicySubject& subject,
                                UseCase use_case, const Object& object) {
  const Policy* policy = COFFER_TRY(view.policy());
  if (policy == nullptr) return PolicyDecision{true, 0};
  return decide_by(view, *policy, subject, use_case, object);
}

}  // namespace coffer::policy
