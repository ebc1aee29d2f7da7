// Who may do what, decided of a policy, a subject and an object alone.
#include <catch2/catch.hpp>

#include "policy/decision.h"
#include "policy/rules.h"

namespace decision_test {

namespace {

using namespace coffer;
using namespace coffer::policy;

PolicyRule rule_of(bool allow, std::vector<std::string> subjects, std::vector<UseCase> use_cases,
                   std::vector<std::string> objects, std::vector<std::string> tags = {}) {
  return {allow, std::move(subjects), std::move(use_cases), std::move(objects), std::move(tags)};
}

PolicyRule chief() { return rule_of(true, {"user:chief"}, {UseCase::admin}, {"**"}); }

struct Question {
  std::string subject;  ///< "ann", "ann+etl+ops": a user and its groups.
  UseCase use_case;
  std::string object;
  std::string answer;  ///< "+2", "-3": allowed or denied, and the rule's number.
};

PolicySubject subject_of(std::string_view text) {
  PolicySubject subject;
  const std::size_t plus = text.find('+');
  subject.user = text.substr(0, plus);
  while ((text = text.substr(std::min(text.find('+'), text.size()))) != "") {
    text.remove_prefix(1);
    subject.groups.emplace_back(text.substr(0, text.find('+')));
  }
  return subject;
}

std::string answer(const Policy& policy, const Question& question, const Facts& facts = {}) {
  const auto decision =
      decide(policy, subject_of(question.subject), question.use_case, parse_object(question.object),
             [&]() -> Result<Facts> { return facts; });
  REQUIRE(decision.ok());
  return (decision->allowed ? "+" : "-") + std::to_string(decision->rule);
}

void ask_all(const Policy& policy, const std::vector<Question>& questions,
             const Facts& facts = {}) {
  for (const Question& each : questions) {
    INFO(each.subject << " " << use_case_name(each.use_case) << " " << each.object);
    CHECK(answer(policy, each, facts) == each.answer);
  }
}

ErrorCode refused(Policy policy) {
  const auto result = checked(std::move(policy));
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

}  // namespace

TEST_CASE("a pattern means what it says of secrets, configs and the store") {
  struct Case {
    std::string pattern, object;
    bool means;
  };
  const std::vector<Case> cases = {
      {"a", "a", true},
      {"a", "a/b", false},
      {"a/**", "a/b/c", true},
      {"a/**", "a", false},
      {"a/**", "ab", false},
      {"a/*", "a/b", true},
      {"a/*", "a/b/c", false},
      {"a/*/c", "a/b/c", true},
      {"a/*/c", "a/b/b/c", false},
      {"a/**/c", "a/b/b/c", true},
      {"*", "a", true},
      {"*", "a/b", false},
      {"**", "a/b", true},
      {"**/b", "a/b", true},
      {"a*z", "abcz", true},
      {"a*z", "abc/z", false},
      {"a**z", "abc/z", true},
      {"***", "a/b", true},
      {"a?", "ab", false},
      {"a", "A", false},
      {"secret:a", "a", true},
      {"secret:**", "a/b", true},
      {"secret:config:x", "secret:config:x", true},
      {"config:x", "config:x", true},
      {"config:*", "config:x", true},
      {"config:*", "config:", true},
      {"config:**", "config:x/y", true},
      {"config:*", "config:x/y", false},
      {"config:x", "x", false},
      {"x", "config:x", false},
      {"secret:**", "config:x", false},
      {"config:**", "**", false},
      {"secret:**", "**", false},
      {"*", "**", false},
      {"**", "**", true},
      {"**", "config:x", true},
  };
  for (const Case& each : cases) {
    INFO(each.pattern << " of " << each.object);
    CHECK(matches(each.pattern, parse_object(each.object)) == each.means);
  }
}

TEST_CASE("a pattern of many stars ends, and soon") {
  std::string pattern;
  for (int i = 0; i < 340; ++i) pattern += "a**";
  CHECK_FALSE(matches(pattern, secret(std::string(1024, 'a') + "b")) ==
              matches(pattern + "c", secret(std::string(1024, 'a') + "b")));
}

TEST_CASE("no policy allows everything, and one nothing that no rule allows") {
  ask_all({}, {{"", UseCase::admin, "**", "+0"}, {"ann", UseCase::reveal, "a", "+0"}});
  ask_all({1, {chief()}}, {{"chief", UseCase::admin, "**", "+1"},
                           {"chief", UseCase::reveal, "a", "-0"},
                           {"ann", UseCase::admin, "**", "-0"},
                           {"", UseCase::list, "a", "-0"}});
}

TEST_CASE("what denies beats what allows, wherever it stands") {
  const Policy policy{1,
                      {rule_of(false, {"group:interns"}, {UseCase::reveal}, {"team/**"}), chief(),
                       rule_of(true, {"*"}, {UseCase::list}, {"**"}),
                       rule_of(true, {"user:ann", "group:etl"}, {UseCase::use, UseCase::reveal},
                               {"team/**", "config:c"}),
                       rule_of(false, {"*"}, {UseCase::reveal}, {"team/never"})}};
  ask_all(policy, {{"ann", UseCase::reveal, "team/a", "+4"},
                   {"ann+interns", UseCase::reveal, "team/a", "-1"},
                   {"ann+interns", UseCase::use, "team/a", "+4"},
                   {"bob", UseCase::use, "team/a", "-0"},
                   {"bob+etl", UseCase::use, "team/a", "+4"},
                   {"+etl", UseCase::use, "config:c", "+4"},
                   {"bob+etl", UseCase::use, "config:d", "-0"},
                   {"bob", UseCase::list, "config:d", "+3"},
                   {"ann", UseCase::reveal, "team/never", "-5"},
                   {"ann", UseCase::use, "team/never", "+4"},
                   {"ann", UseCase::use, "other/a", "-0"},
                   {"etl", UseCase::use, "team/a", "-0"},
                   {"+ann", UseCase::use, "team/a", "-0"}});
}

TEST_CASE("an owner is whom the secret names, and nobody owns what names none") {
  const Policy policy{1, {chief(), rule_of(true, {"owner"}, {UseCase::reveal}, {"**"})}};
  ask_all(policy, {{"ann", UseCase::reveal, "a", "+2"}, {"bob", UseCase::reveal, "a", "-0"}},
          {"ann", {}});
  ask_all(policy, {{"", UseCase::reveal, "a", "-0"},
                   {"ann", UseCase::reveal, "a", "-0"},
                   {"", UseCase::reveal, "config:a", "-0"},
                   {"", UseCase::reveal, "**", "-0"}});
}

TEST_CASE("tags narrow a rule to secrets that have all of them") {
  const Policy policy{1,
                      {chief(), rule_of(true, {"*"}, {UseCase::use}, {"**"}, {"blue", "new"}),
                       rule_of(false, {"*"}, {UseCase::use}, {"**"}, {"shut"})}};
  const Question question{"ann", UseCase::use, "a", ""};
  CHECK(answer(policy, question, {"", {"new", "blue", "more"}}) == "+2");
  CHECK(answer(policy, question, {"", {"blue"}}) == "-0");
  CHECK(answer(policy, question, {"", {"blue", "new", "shut"}}) == "-3");
  CHECK(answer(policy, {"ann", UseCase::use, "config:c", ""}, {"", {"blue", "new"}}) == "-0");
}

TEST_CASE("what cannot be found out is no answer") {
  const Policy policy{1, {chief(), rule_of(true, {"owner"}, {UseCase::reveal}, {"a"})}};
  const FindFacts broken = []() -> Result<Facts> { return Error(ErrorCode::corrupt, "damaged"); };
  CHECK(decide(policy, {"ann"}, UseCase::reveal, secret("a"), broken).error().code() ==
        ErrorCode::corrupt);
  // It is not asked for where nothing turns on it.
  CHECK(decide(policy, {"ann"}, UseCase::reveal, secret("b"), broken)->allowed == false);
}

TEST_CASE("a policy that leaves nobody to change it is refused") {
  const auto all = [](bool allow, std::vector<std::string> subjects) {
    return rule_of(allow, std::move(subjects), {UseCase::admin}, {"**"});
  };
  CHECK(checked({}).ok());
  CHECK(checked({0, {chief()}}).ok());
  CHECK(checked({0, {all(true, {"*"})}}).ok());
  CHECK(checked({0, {all(true, {"user:a", "group:g"}), all(false, {"user:a"})}}).ok());
  CHECK(refused({0, {rule_of(true, {"user:a"}, {UseCase::admin}, {"a/**"})}}) == ErrorCode::usage);
  CHECK(refused({0, {rule_of(true, {"user:a"}, {UseCase::write}, {"**"})}}) == ErrorCode::usage);
  CHECK(refused({0, {all(true, {"owner"})}}) == ErrorCode::usage);
  CHECK(refused({0, {chief(), all(false, {"*"})}}) == ErrorCode::usage);
  CHECK(refused({0, {chief(), all(false, {"user:chief"})}}) == ErrorCode::usage);
  CHECK(refused({0, {rule_of(true, {"user:a"}, {UseCase::admin}, {"**"}, {"tag"})}}) ==
        ErrorCode::usage);
}

TEST_CASE("a rule that means nothing, or too much, is refused") {
  const auto with = [](PolicyRule rule) { return Policy{0, {chief(), std::move(rule)}}; };
  for (const char* subject : {"", "ann", "user:", "group:", "role:x", "user:a\nb", "user:\xFF"})
    CHECK(refused(with(rule_of(true, {subject}, {UseCase::use}, {"a"}))) == ErrorCode::usage);
  for (const char* object : {"", "config:", "secret:", "/a", "a/", "a\tb"})
    CHECK(refused(with(rule_of(true, {"*"}, {UseCase::use}, {object}))) == ErrorCode::usage);
  CHECK(refused(with(rule_of(true, {}, {UseCase::use}, {"a"}))) == ErrorCode::usage);
  CHECK(refused(with(rule_of(true, {"*"}, {}, {"a"}))) == ErrorCode::usage);
  CHECK(refused(with(rule_of(true, {"*"}, {UseCase::use}, {}))) == ErrorCode::usage);
  CHECK(refused(with(rule_of(true, {"*"}, {UseCase{9}}, {"a"}))) == ErrorCode::usage);
  CHECK(refused(with(rule_of(true, {"user:" + std::string(300, 'x')}, {UseCase::use}, {"a"}))) ==
        ErrorCode::limit);
  CHECK(refused(with(rule_of(true, {"*"}, {UseCase::use}, {std::string(1032, 'x')}))) ==
        ErrorCode::limit);
  CHECK(refused(with(rule_of(true, {"*"}, {UseCase::use}, std::vector<std::string>(65, "a")))) ==
        ErrorCode::limit);
  CHECK(refused({0, std::vector<PolicyRule>(257, chief())}) == ErrorCode::limit);
  const std::vector<std::string> large(64, std::string(1000, 'x'));
  CHECK(refused({0, std::vector<PolicyRule>(5, rule_of(true, {"*"}, {UseCase::admin}, large))}) ==
        ErrorCode::limit);
  const auto kept =
      checked(with(rule_of(true, {"*"}, {UseCase::write, UseCase::list, UseCase::write}, {"a"})));
  REQUIRE(kept.ok());
  CHECK(kept->rules[1].use_cases == std::vector<UseCase>{UseCase::list, UseCase::write});
}

TEST_CASE("F-218: an object that could mean no secret is refused, and told what it should be") {
  const auto code = [](const std::string& object) {
    const auto kept = checked({0, {chief(), rule_of(false, {"*"}, {UseCase::reveal}, {object})}});
    return kept ? std::string("taken") : std::string(kept.error().hint());
  };
  const std::string coordinate =
      "airbyte_workspace_00000000-0000-0000-0000-000000000000_secret_"
      "00000000-0000-0000-0000-000000000001_v1";
  for (const std::string& object :
       {std::string("coffer://team/db"), std::string("coffer://team/db#password"),
        std::string("team/db#password"), std::string("team/db?version=1"), std::string("team//db"),
        std::string("./team/db"), std::string("team/../db"), std::string("secret://team/db"),
        std::string("team//**"), std::string("team/./*"), coordinate, "secret:" + coordinate,
        std::string("airbyte_workspace_**_v1")}) {
    INFO(object);
    CHECK(code(object) != "taken");
    CHECK(code(object) != "");
  }
  CHECK(code("coffer://team/db").find("team/db") != std::string::npos);
  CHECK(code(coordinate).find("_v") != std::string::npos);
  for (const char* object :
       {"team/db", "team/**", "**/db", "*", "secret:team/db", "secret:team/d#b", "secret:a?b",
        "config:c", "config:**", "**", "team/.hidden", "airbyte_**"}) {
    INFO(object);
    CHECK(code(object) == "taken");
  }
  CHECK(check_one_object("a*b").ok());
  CHECK_FALSE(check_one_object("a//b").ok());
}

TEST_CASE("F-214: doubted owner and tags give nobody a right, and still take one away") {
  const Facts doubted{"ann", {"x"}, true};
  const Policy policy{1,
                      {chief(), rule_of(true, {"owner"}, {UseCase::reveal}, {"**"}),
                       rule_of(true, {"user:bob"}, {UseCase::reveal}, {"**"}, {"x"}),
                       rule_of(true, {"user:eve"}, {UseCase::reveal}, {"**"}),
                       rule_of(false, {"user:eve"}, {UseCase::reveal}, {"**"}, {"x"}),
                       rule_of(false, {"owner"}, {UseCase::use}, {"**"}),
                       rule_of(true, {"user:ann"}, {UseCase::use}, {"**"})}};
  CHECK(answer(policy, {"ann", UseCase::reveal, "a", ""}, doubted) == "-0");
  CHECK(answer(policy, {"bob", UseCase::reveal, "a", ""}, doubted) == "-0");
  CHECK(answer(policy, {"eve", UseCase::reveal, "a", ""}, doubted) == "-5");
  CHECK(answer(policy, {"ann", UseCase::use, "a", ""}, doubted) == "-6");
  CHECK(answer(policy, {"ann", UseCase::reveal, "a", ""}, {"ann", {"x"}, false}) == "+2");
}

TEST_CASE("a policy comes back from its JSON text, and what is none is refused") {
  const Policy policy{
      7, {chief(), rule_of(false, {"*", "group:\"q\""}, {UseCase::reveal}, {"a/**"}, {"t"})}};
  const auto back = parse_policy(policy_json(policy));
  REQUIRE(back.ok());
  CHECK(*back == policy);
  CHECK(parse_policy("[]")->rules.empty());
  CHECK(parse_policy(R"({"rules":[]})")->rules.empty());
  for (const char* text :
       {"", "{}", "1", R"({"rule":[]})", R"({"rules":{}})", R"({"rules":[1]})",
        R"({"revision":-1,"rules":[]})",
        R"([{"subjects":["*"],"use_cases":["use"],"objects":["a"]}])",
        R"([{"effect":"permit","subjects":["*"],"use_cases":["use"],"objects":["a"]}])",
        R"([{"effect":"allow","subjects":"*","use_cases":["use"],"objects":["a"]}])",
        R"([{"effect":"allow","subjects":["*"],"use_cases":["see"],"objects":["a"]}])",
        R"([{"effect":"allow","subjects":["*"],"use_cases":["use"],"objects":[1]}])",
        R"([{"effect":"allow","subjects":["*"],"use_cases":["use"],"objects":["a"],"x":1}])"}) {
    INFO(text);
    CHECK(parse_policy(text).error().code() == ErrorCode::usage);
  }
}

TEST_CASE("what nobody knows any more of a secret may have been what denies, and allows nothing") {
  const std::vector<UseCase> list = {UseCase::list};
  const Policy policy{
      0,
      {chief(), rule_of(true, {"*"}, list, {"a/**", "b/**", "d/**"}),
       rule_of(false, {"user:ann"}, list, {"a/**"}, {"shut"}),
       rule_of(false, {"owner"}, list, {"b/**"}), rule_of(true, {"*"}, list, {"c/**"}, {"open"}),
       rule_of(true, {"owner"}, list, {"c/**"})}};
  ask_all(policy,
          {{"ann", UseCase::list, "a/x", "-3"},
           {"bob", UseCase::list, "a/x", "+2"},
           {"ann", UseCase::list, "b/x", "-4"},
           {"ann", UseCase::list, "c/x", "-0"},
           {"ann", UseCase::list, "d/x", "+2"}},
          {.forgotten = true});
  CHECK(answer(policy, {"ann", UseCase::list, "a/x", ""}) == "+2");
}

}  // namespace decision_test
