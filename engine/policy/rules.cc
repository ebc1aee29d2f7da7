#include "policy/rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "format/limits.h"
#include "format/names.h"
#include "format/policy_record.h"
#include "policy/decision.h"
#include "text/utf8.h"

namespace coffer {

bool lets_administer(const Policy& policy, const PolicySubject& subject) {
  const auto decision = policy::decide(policy, subject, UseCase::admin, policy::whole_store(),
                                       []() -> Result<policy::Facts> { return policy::Facts(); });
  return decision && decision->allowed;
}

}  // namespace coffer

namespace coffer::policy {
namespace {

Result<void> check_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return Error(ErrorCode::limit, "a rule's subject, object or tag is too long")
        .with_number(bytes_max);
  if (text.empty() || !utf8::is_valid(text) || utf8::has_control_character(text))
    return Error(ErrorCode::usage, "a rule's subject, object or tag is empty or not plain text");
  return {};
}

constexpr std::string_view kRole = "role:";

bool is_named(std::string_view subject) {
  return (subject.starts_with("user:") && subject.size() > 5) ||
         (subject.starts_with("group:") && subject.size() > 6);
}

const PolicyRole* find_role(const Policy& policy, std::string_view name) {
  for (const PolicyRole& role : policy.roles)
    if (role.name == name) return &role;
  return nullptr;
}

// check_subject() has seen that the role exists.
const std::vector<std::string>& members_of(const Policy& policy, std::string_view name) {
  const PolicyRole* role = find_role(policy, name);
  COFFER_CHECK(role != nullptr);
  return role->members;
}

Result<void> check_subject(const Policy& policy, std::string_view subject) {
  COFFER_TRY(check_text(subject, format::kPolicySubjectBytesMax));
  if (is_named(subject) || subject == "owner" || subject == "*") return {};
  if (!subject.starts_with(kRole))
    return Error(ErrorCode::usage, "a rule has a subject of an unknown kind",
                 "write user:NAME, group:NAME, role:NAME, owner or *")
        .about(Subject::Kind::name, subject);
  if (find_role(policy, subject.substr(kRole.size())) != nullptr) return {};
  return Error(ErrorCode::usage, "a rule names a role that does not exist", Advice::give_role_users)
      .about(Subject::Kind::name, subject);
}

Result<void> check_role(const Policy& policy, const PolicyRole& role) {
  COFFER_TRY(check_text(role.name, format::kPolicySubjectBytesMax - kRole.size()));
  if (role.name.find(',') != std::string::npos || find_role(policy, role.name) != &role)
    return Error(ErrorCode::usage, "a role's name contains a comma or is used twice")
        .about(Subject::Kind::name, role.name);
  if (role.members.empty() || role.members.size() > format::kPolicyListMax)
    return Error(ErrorCode::limit, "a role has no members or too many")
        .with_number(format::kPolicyListMax)
        .about(Subject::Kind::name, role.name);
  for (const std::string& member : role.members) {
    COFFER_TRY(check_text(member, format::kPolicySubjectBytesMax));
    if (!is_named(member))
      return Error(ErrorCode::usage, "a role's member must be a user or a group",
                   "write user:NAME or group:NAME, with commas between several")
          .about(Subject::Kind::name, member);
  }
  return {};
}

constexpr std::string_view kSecretPrefix = "secret:";
constexpr std::string_view kConfigPrefix = "config:";
constexpr Literal kObjectHint(
    "write a path, everything below it (team/**), config:ID, or ** for everything");

Error bad_object(std::string_view object, Literal text, Literal hint = kObjectHint) {
  return Error(ErrorCode::usage, text, hint).about(Subject::Kind::name, object);
}

bool has_empty_part(std::string_view path) {
  return path.starts_with('/') || path.ends_with('/') || path.find("//") != std::string_view::npos;
}

bool has_dotted_part(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part == "." || part == "..") return true;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return false;
}

// A rule covers whole secrets, so the name of one version would match nothing.
bool is_coordinate(std::string_view path) {
  std::string plain(path);
  std::replace(plain.begin(), plain.end(), '*', 'x');
  return format::parse_coordinate(plain).has_value();
}

// Refuses URIs, versions and fields, which other calls understand and a rule would read as a path.
Result<void> check_bare(std::string_view object, std::string_view path) {
  if (path.find("://") != std::string_view::npos)
    return bad_object(object, "a rule's object must be a path, not a URI",
                      "leave out the scheme: coffer://team/db is team/db");
  if (path.find_first_of("#?") != std::string_view::npos)
    return bad_object(
        object, "a rule covers all versions and fields of a secret",
        "leave out the part from # or ? on; if the name contains them, write secret:NAME");
  return {};
}

Result<void> check_config_object(std::string_view object, std::string_view id) {
  if (id.empty()) return bad_object(object, "a rule has an object that can match nothing");
  if (id.find('*') != std::string_view::npos) return {};
  auto checked = format::check_config_id(id);
  if (!checked) return std::move(checked).error().about(Subject::Kind::name, object);
  return {};
}

Result<void> check_object(std::string_view object) {
  COFFER_TRY(check_text(object, format::kPolicyObjectBytesMax));
  if (object.starts_with(kConfigPrefix))
    return check_config_object(object, object.substr(kConfigPrefix.size()));
  std::string_view path = object;
  if (path.starts_with(kSecretPrefix)) {
    path.remove_prefix(kSecretPrefix.size());
  } else {
    COFFER_TRY(check_bare(object, path));
  }
  if (path.empty() || has_empty_part(path) || has_dotted_part(path))
    return bad_object(object, "a rule has an object that can match nothing");
  if (is_coordinate(path))
    return bad_object(object, "a rule's object is one version of a secret",
                      "name the secret: leave out _v and the number at the end");
  if (path.find('*') != std::string_view::npos) return {};
  auto checked = format::check_path(path);
  if (!checked) return std::move(checked).error().about(Subject::Kind::name, object);
  return {};
}

template <typename List, typename Check>
Result<void> check_list(const List& list, bool may_be_empty, const Check& check) {
  if (list.size() > format::kPolicyListMax)
    return Error(ErrorCode::limit, "a rule has too many subjects, objects or tags")
        .with_number(format::kPolicyListMax);
  if (list.empty() && !may_be_empty)
    return Error(ErrorCode::usage, "a rule lacks subjects, use cases or objects");
  for (const auto& each : list) COFFER_TRY(check(each));
  return {};
}

Result<void> check_use_case(UseCase use_case) {
  if (!use_case_name(use_case).empty()) return {};
  return Error(ErrorCode::usage, "a rule has an unknown use case",
               "one of list, use, reveal, write, delete, force, admin, audit");
}

Result<void> check_tag(const std::string& tag) { return check_text(tag, format::kTagBytesMax); }

// Whether anybody could still administer the policy. Tries each user and group that the rules
// name, as a subject without other groups.
bool leaves_somebody(const Policy& policy) {
  if (policy.rules.empty()) return true;
  for (const PolicyRule& rule : policy.rules) {
    if (!rule.allow) continue;
    for (const std::string& subject : rule.subjects) {
      std::vector<std::string> named = {subject};
      if (subject.starts_with(kRole))
        named = members_of(policy, std::string_view(subject).substr(kRole.size()));
      for (const std::string& each : named) {
        PolicySubject who;
        if (each.starts_with("user:")) who.user = each.substr(5);
        if (each.starts_with("group:")) who.groups = {each.substr(6)};
        if (lets_administer(policy, who)) return true;
      }
    }
  }
  return false;
}

}  // namespace

Result<void> check_one_object(std::string_view object) {
  COFFER_TRY(check_object(object));
  if (object == "**" || object.find('*') == std::string_view::npos) return {};
  // A path may contain a star; only rules treat it as a wildcard.
  if (object.starts_with(kConfigPrefix))
    return format::check_config_id(object.substr(kConfigPrefix.size()));
  return format::check_path(object.starts_with(kSecretPrefix) ? object.substr(kSecretPrefix.size())
                                                              : object);
}

Result<Policy> checked(Policy policy) {
  if (policy.rules.size() > format::kPolicyRulesMax)
    return Error(ErrorCode::limit, "the policy has too many rules")
        .with_number(format::kPolicyRulesMax);
  if (policy.roles.size() > format::kPolicyRolesMax)
    return Error(ErrorCode::limit, "the policy has too many roles")
        .with_number(format::kPolicyRolesMax);
  for (const PolicyRole& role : policy.roles) COFFER_TRY(check_role(policy, role));
  for (PolicyRule& rule : policy.rules) {
    COFFER_TRY(check_list(rule.subjects, false, [&policy](const std::string& subject) {
      return check_subject(policy, subject);
    }));
    COFFER_TRY(check_list(rule.use_cases, false, check_use_case));
    COFFER_TRY(check_list(rule.objects, false, check_object));
    COFFER_TRY(check_list(rule.tags, true, check_tag));
    std::sort(rule.use_cases.begin(), rule.use_cases.end());
    rule.use_cases.erase(std::unique(rule.use_cases.begin(), rule.use_cases.end()),
                         rule.use_cases.end());
  }
  if (format::encode_policy(policy).size() > format::kPolicyBytesMax - 16)
    return Error(ErrorCode::limit, "the policy is too large").with_number(format::kPolicyBytesMax);
  if (!leaves_somebody(policy))
    return Error(ErrorCode::usage, "nobody could change this policy any more; nothing was changed",
                 "allow somebody `admin` on **, and do not deny it to them");
  return policy;
}

}  // namespace coffer::policy
