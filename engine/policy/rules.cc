#include "policy/rules.h"

#include <algorithm>

#include "format/limits.h"
#include "format/policy_record.h"
#include "format/utf8.h"
#include "policy/decision.h"

namespace coffer::policy {
namespace {

Result<void> check_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return Error{ErrorCode::limit, "a rule's subject, object or tag is too long"}.with_number(
        bytes_max);
  if (text.empty() || !utf8::is_valid(text) || utf8::has_control_character(text))
    return Error{ErrorCode::usage, "a rule's subject, object or tag is no plain text"};
  return {};
}

Result<void> check_subject(std::string_view subject) {
  COFFER_TRY(check_text(subject, format::kPolicySubjectBytesMax));
  const bool named = (subject.starts_with("user:") && subject.size() > 5) ||
                     (subject.starts_with("group:") && subject.size() > 6);
  if (named || subject == "owner" || subject == "*") return {};
  return Error{ErrorCode::usage, "a rule has a subject that means nobody",
               "one of user:NAME, group:NAME, owner, *"}
      .about(Subject::Kind::name, subject);
}

Result<void> check_object(std::string_view object) {
  COFFER_TRY(check_text(object, format::kPolicyObjectBytesMax));
  if (object != "config:" && object != "secret:" && !object.starts_with('/') &&
      !object.ends_with('/'))
    return {};
  return Error{ErrorCode::usage, "a rule has an object that means nothing",
               "a path, what is below it (team/**), config:ID, or ** for everything"}
      .about(Subject::Kind::name, object);
}

template <typename List, typename Check>
Result<void> check_list(const List& list, bool may_be_empty, const Check& check) {
  if (list.size() > format::kPolicyListMax)
    return Error{ErrorCode::limit, "a rule has too many subjects, objects or tags"}.with_number(
        format::kPolicyListMax);
  if (list.empty() && !may_be_empty)
    return Error{ErrorCode::usage, "a rule needs subjects, use cases and objects"};
  for (const auto& each : list) COFFER_TRY(check(each));
  return {};
}

Result<void> check_use_case(UseCase use_case) {
  if (!use_case_name(use_case).empty()) return {};
  return Error{ErrorCode::usage, "a rule has a use case that there is not",
               "one of list, use, reveal, write, delete, force, admin, audit"};
}

Result<void> check_tag(const std::string& tag) { return check_text(tag, format::kTagBytesMax); }

bool may_administer(const Policy& policy, const PolicySubject& subject) {
  const auto decision = decide(policy, subject, UseCase::admin, whole_store(),
                               []() -> Result<Facts> { return Facts(); });
  return decision && decision->allowed;
}

// Whom the rules name, each as one who has nothing but that name.
bool leaves_somebody(const Policy& policy) {
  if (policy.rules.empty()) return true;
  for (const PolicyRule& rule : policy.rules) {
    if (!rule.allow) continue;
    for (const std::string& subject : rule.subjects) {
      PolicySubject who;
      if (subject.starts_with("user:")) who.user = subject.substr(5);
      if (subject.starts_with("group:")) who.groups = {subject.substr(6)};
      if (may_administer(policy, who)) return true;
    }
  }
  return false;
}

}  // namespace

Result<Policy> checked(Policy policy) {
  if (policy.rules.size() > format::kPolicyRulesMax)
    return Error{ErrorCode::limit, "too many rules"}.with_number(format::kPolicyRulesMax);
  for (PolicyRule& rule : policy.rules) {
    COFFER_TRY(check_list(rule.subjects, false, check_subject));
    COFFER_TRY(check_list(rule.use_cases, false, check_use_case));
    COFFER_TRY(check_list(rule.objects, false, check_object));
    COFFER_TRY(check_list(rule.tags, true, check_tag));
    std::sort(rule.use_cases.begin(), rule.use_cases.end());
    rule.use_cases.erase(std::unique(rule.use_cases.begin(), rule.use_cases.end()),
                         rule.use_cases.end());
  }
  if (format::encode_policy(policy).size() > format::kPolicyBytesMax - 16)
    return Error{ErrorCode::limit, "the policy is too large"}.with_number(format::kPolicyBytesMax);
  if (!leaves_somebody(policy))
    return Error{ErrorCode::usage, "nobody could change this policy any more; nothing was changed",
                 "allow somebody `admin` on **, and deny it to none of them"};
  return policy;
}

}  // namespace coffer::policy
