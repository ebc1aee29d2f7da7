// The decision against one that is written down the long way: every rule is looked at, patterns
// are matched by trying every split.
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "policy/decision.h"

namespace policy_test {

namespace {

using namespace coffer;

bool naive_glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*')
    return !text.empty() && text[0] == pattern[0] && naive_glob(pattern.substr(1), text.substr(1));
  const bool deep = pattern.starts_with("**");
  const std::string_view rest = pattern.substr(deep ? 2 : 1);
  for (std::size_t taken = 0; taken <= text.size(); ++taken) {
    if (naive_glob(rest, text.substr(taken))) return true;
    if (taken < text.size() && text[taken] == '/' && !deep) return false;
  }
  return false;
}

bool naive_object(const std::string& pattern, const std::string& object) {
  if (pattern == "**") return true;
  if (object == "**") return false;
  if (pattern.starts_with("config:") != object.starts_with("config:")) return false;
  return naive_glob(pattern, object);
}

bool naive_member(const Policy& policy, const PolicySubject& who) {
  for (const PolicyRole& role : policy.roles) {
    for (const std::string& member : role.members) {
      if (!who.user.empty() && member == "user:" + who.user) return true;
      for (const std::string& group : who.groups)
        if (member == "group:" + group) return true;
    }
  }
  return false;
}

bool naive_means(const PolicyRule& rule, const PolicySubject& who, bool in_role, UseCase use_case,
                 const std::string& object, const policy::Facts& facts) {
  const bool is_secret = object != "**" && !object.starts_with("config:");
  bool subject = false;
  for (const std::string& each : rule.subjects) {
    if (each == "*") subject = true;
    if (each == "role:r") subject = subject || in_role;
    const bool counts = !(rule.allow && facts.doubted);
    if (each == "owner" && is_secret && !who.user.empty() && facts.owner == who.user && counts)
      subject = true;
    if (!who.user.empty() && each == "user:" + who.user) subject = true;
    for (const std::string& group : who.groups)
      if (each == "group:" + group) subject = true;
  }
  bool use = false;
  for (const UseCase each : rule.use_cases) use = use || each == use_case;
  bool meant = false;
  for (const std::string& each : rule.objects) meant = meant || naive_object(each, object);
  bool tagged = rule.tags.empty() || is_secret;
  for (const std::string& tag : rule.tags)
    tagged = tagged && std::count(facts.tags.begin(), facts.tags.end(), tag) != 0 &&
             !(rule.allow && facts.doubted);
  return subject && use && meant && tagged;
}

bool naive_decision(const Policy& policy, const PolicySubject& who, UseCase use_case,
                    const std::string& object, const policy::Facts& facts) {
  if (policy.rules.empty()) return true;
  bool allowed = false;
  for (const PolicyRule& rule : policy.rules) {
    if (!naive_means(rule, who, naive_member(policy, who), use_case, object, facts)) continue;
    if (!rule.allow) return false;
    allowed = true;
  }
  return allowed;
}

template <typename T>
std::vector<T> some(const std::vector<T>& of, std::size_t least) {
  const auto count = *rc::gen::inRange<std::size_t>(least, 3);
  std::vector<T> picked;
  for (std::size_t i = 0; i < count; ++i) picked.push_back(*rc::gen::elementOf(of));
  return picked;
}

std::string any_text(const std::string& letters, std::size_t most) {
  std::string text;
  const auto size = *rc::gen::inRange<std::size_t>(1, most);
  for (std::size_t i = 0; i < size; ++i) text += *rc::gen::elementOf(letters);
  return text;
}

PolicyRule any_rule() {
  const std::vector<UseCase> use_cases = {UseCase::list, UseCase::use, UseCase::reveal};
  std::vector<std::string> objects;
  const auto count = *rc::gen::inRange(1, 3);
  for (int i = 0; i < count; ++i) {
    const std::string pattern = any_text("ab/**", 6);
    objects.push_back(*rc::gen::inRange(0, 4) == 0 ? "config:" + pattern : pattern);
  }
  return {*rc::gen::arbitrary<bool>(),
          some<std::string>(
              {"user:ann", "user:bob", "group:etl", "group:ops", "role:r", "owner", "*"}, 1),
          some(use_cases, 1), std::move(objects), some<std::string>({"x", "y"}, 0)};
}

}  // namespace

TEST_CASE("the decision is the one of a plain reading of the rules") {
  CHECK(rc::check("decide", [] {
    Policy policy;
    const auto count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) policy.rules.push_back(any_rule());
    policy.roles.push_back({"r", some<std::string>({"user:ann", "group:ops"}, 1)});
    const PolicySubject who{*rc::gen::elementOf(std::vector<std::string>{"", "ann", "bob"}),
                            some<std::string>({"etl", "ops"}, 0)};
    const policy::Facts facts{*rc::gen::elementOf(std::vector<std::string>{"", "ann", "bob"}),
                              some<std::string>({"x", "y"}, 0), *rc::gen::arbitrary<bool>()};
    std::string object = any_text("ab/", 6);
    const int kind = *rc::gen::inRange(0, 6);
    if (kind == 0) object = "**";
    if (kind == 1) object = "config:" + object;
    const UseCase use_case =
        *rc::gen::elementOf(std::vector<UseCase>{UseCase::list, UseCase::use, UseCase::reveal});
    const auto decision = policy::decide(policy, who, use_case, policy::parse_object(object),
                                         [&]() -> Result<policy::Facts> { return facts; });
    RC_ASSERT(decision.ok());
    const bool expected = naive_decision(policy, who, use_case, object, facts);
    RC_ASSERT(decision->allowed == expected);
    // The rule in the answer must be one that gives this answer.
    if (decision->rule != 0) {
      const PolicyRule& rule = policy.rules.at(decision->rule - 1);
      RC_ASSERT(rule.allow == expected);
      RC_ASSERT(naive_means(rule, who, naive_member(policy, who), use_case, object, facts));
    }
  }));
}

}  // namespace policy_test
