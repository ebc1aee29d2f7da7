#include "policy/decision.h"

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace coffer {

namespace {
constexpr std::pair<UseCase, std::string_view> kUseCases[] = {
    {UseCase::list, "list"},   {UseCase::use, "use"},       {UseCase::reveal, "reveal"},
    {UseCase::write, "write"}, {UseCase::remove, "delete"}, {UseCase::force, "force"},
    {UseCase::admin, "admin"}, {UseCase::audit, "audit"}};
}  // namespace

std::string_view use_case_name(UseCase use_case) {
  for (const auto& [known, name] : kUseCases)
    if (known == use_case) return name;
  return "";
}

std::optional<UseCase> parse_use_case(std::string_view name) {
  for (const auto& [known, word] : kUseCases)
    if (word == name) return known;
  return std::nullopt;
}

}  // namespace coffer

namespace coffer::policy {
namespace {

constexpr std::string_view kRole = "role:";

template <typename Range, typename Value>
bool has(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

class Matcher {
 public:
  Matcher(const Policy& policy, const PolicySubject& subject, UseCase use_case,
          const Object& object, const FindFacts& find_facts)
      : policy_(policy),
        subject_(subject),
        use_case_(use_case),
        object_(object),
        find_facts_(find_facts) {}

  Result<bool> means(const PolicyRule& rule) {
    const auto is_meant = [&](const std::string& pattern) { return matches(pattern, object_); };
    if (!has(rule.use_cases, use_case_) ||
        !std::any_of(rule.objects.begin(), rule.objects.end(), is_meant))
      return false;
    if (!COFFER_TRY(means_subject(rule))) return false;
    if (rule.tags.empty()) return true;
    if (object_.kind != Object::Kind::secret) return false;
    const Facts& known = *COFFER_TRY(facts());
    if (known.forgotten) return !rule.allow;
    if (rule.allow && known.doubted) return false;
    return std::all_of(rule.tags.begin(), rule.tags.end(),
                       [&](const std::string& tag) { return has(known.tags, tag); });
  }

 private:
  Result<bool> means_subject(const PolicyRule& rule) {
    bool by_owner = false;
    for (const std::string_view each : rule.subjects) {
      if (each == "*" || is_named(each)) return true;
      by_owner = by_owner || each == "owner";
      if (each.starts_with(kRole) && is_in_role(each.substr(kRole.size()))) return true;
    }
    if (!by_owner || subject_.user.empty() || object_.kind != Object::Kind::secret) return false;
    const Facts& known = *COFFER_TRY(facts());
    if (known.forgotten) return !rule.allow;
    return known.owner == subject_.user && !(rule.allow && known.doubted);
  }

  // A subject without a name matches no user.
  bool is_named(std::string_view each) const {
    if (each.starts_with("user:")) return !subject_.user.empty() && each.substr(5) == subject_.user;
    return each.starts_with("group:") && has(subject_.groups, each.substr(6));
  }

  bool is_in_role(std::string_view name) const {
    for (const PolicyRole& role : policy_.roles) {
      if (role.name == name)
        return std::any_of(role.members.begin(), role.members.end(),
                           [this](const std::string& member) { return is_named(member); });
    }
    return false;
  }

  Result<const Facts*> facts() {
    if (!facts_) facts_ = COFFER_TRY(find_facts_());
    return &*facts_;
  }

  const Policy& policy_;
  const PolicySubject& subject_;
  const UseCase use_case_;
  const Object& object_;
  const FindFacts& find_facts_;
  std::optional<Facts> facts_;
};

}  // namespace

Result<PolicyDecision> decide(const Policy& policy, const PolicySubject& subject, UseCase use_case,
                              const Object& object, const FindFacts& find_facts) {
  PolicyDecision decision{policy.rules.empty(), 0};
  Matcher matcher(policy, subject, use_case, object, find_facts);
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const PolicyRule& rule = policy.rules[i];
    if (rule.allow && decision.allowed) continue;
    if (!COFFER_TRY(matcher.means(rule))) continue;
    decision = {rule.allow, i + 1};
    if (!rule.allow) return decision;
  }
  COFFER_CHECK(decision.rule <= policy.rules.size());
  return decision;
}

}  // namespace coffer::policy
