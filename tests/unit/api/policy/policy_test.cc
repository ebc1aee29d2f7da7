// A store with a policy: whom it means, what it hides, and the ways around it that there are not.
#include <catch2/catch.hpp>

#include "tests/store_cases.h"

namespace policy_test {

namespace {

using namespace coffer;
using test::code_of;
using test::ScratchStore;
using test::text;

constexpr std::string_view kSpec =
    R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})";
constexpr auto kDenied = ErrorCode::denied;

PolicyRule chief() {
  return {true,
          {"user:chief"},
          {UseCase::list, UseCase::use, UseCase::reveal, UseCase::write, UseCase::remove,
           UseCase::force, UseCase::admin, UseCase::audit},
          {"**"}};
}

struct Bench {
  ScratchStore scratch;
  Store opened = scratch.open();
  Store chief_store = opened.as({.user = "chief"}).value();

  Store who(const std::string& user, std::vector<std::string> groups = {},
            Purpose purpose = Purpose::reveal) {
    return opened.as({.user = user, .groups = std::move(groups), .purpose = purpose}).value();
  }
  std::uint64_t set(std::vector<PolicyRule> rules) {
    rules.insert(rules.begin(), chief());
    return chief_store.policies().put({0, std::move(rules)}).value();
  }
};

}  // namespace

TEST_CASE("without a policy, or after its last rule, everybody may do everything") {
  Bench bench;
  CHECK_FALSE(bench.opened.policies().in_force().value());
  CHECK(bench.opened.policies().get()->revision == 0);
  REQUIRE(bench.opened.put("a", text("v")).ok());
  CHECK(bench.set({}) == 1);
  CHECK(bench.opened.policies().in_force().value());
  CHECK(code_of(bench.opened.get("a")) == kDenied);
  CHECK(code_of(bench.who("ann").put("a", text("w"))) == kDenied);
  CHECK(bench.chief_store.policies().put({}).value() == 2);
  CHECK_FALSE(bench.opened.policies().in_force().value());
  CHECK(bench.opened.get("a").ok());
  CHECK(bench.chief_store.policies().get()->revision == 2);
  test::require_sound(bench.opened);
}

TEST_CASE("who may do something is told without a refusal, and nothing is recorded of it") {
  Bench bench;
  REQUIRE(bench.opened.put("team/a", text("v")).ok());
  CHECK(bench.opened.policies().may(UseCase::admin, "**").value());
  bench.set({{true, {"user:ann"}, {UseCase::list}, {"team/**"}}});
  Store ann = bench.who("ann");
  const std::size_t before = bench.chief_store.audit().list()->size();
  CHECK(ann.policies().may(UseCase::list, "team/a").value());
  CHECK(ann.policies().may(UseCase::list, "secret:team/absent").value());
  CHECK_FALSE(ann.policies().may(UseCase::use, "team/a").value());
  CHECK_FALSE(ann.policies().may(UseCase::list, "other").value());
  CHECK_FALSE(ann.policies().may(UseCase::list, "config:c").value());
  CHECK_FALSE(ann.policies().may(UseCase::admin, "**").value());
  CHECK(code_of(ann.policies().may(UseCase::list, "")) == ErrorCode::usage);
  CHECK(bench.chief_store.audit().list()->size() == before);
}

TEST_CASE("another process, and another open store, go by the policy from their next call on") {
  Bench bench;
  REQUIRE(bench.opened.put("a", text("v")).ok());
  Store other = bench.scratch.open();
  REQUIRE(other.get("a").ok());
  bench.set({});
  CHECK(code_of(other.get("a")) == kDenied);
  CHECK(code_of(bench.scratch.open().get("a")) == kDenied);
}

TEST_CASE("a snapshot goes by the policy of the present") {
  Bench bench;
  REQUIRE(bench.opened.put("a", text("v")).ok());
  const auto before = bench.who("ann").snapshot();
  REQUIRE(before->get("a").ok());
  bench.set({});
  CHECK(code_of(before->get("a")) == kDenied);
  CHECK(before->list("")->empty());
  const auto under = bench.who("ann").snapshot();
  bench.set({{true, {"user:ann"}, {UseCase::reveal}, {"a"}}});
  CHECK(under->get("a").ok());
}

TEST_CASE("a revision that is not the one that stands is refused") {
  Bench bench;
  REQUIRE(bench.set({}) == 1);
  CHECK(code_of(bench.chief_store.policies().put({0, {chief()}}, 0)) == ErrorCode::conflict);
  CHECK(bench.chief_store.policies().put({0, {chief()}}, 1).value() == 2);
  CHECK(code_of(bench.chief_store.policies().put({0, {{true, {"*"}, {UseCase::use}, {"**"}}}})) ==
        ErrorCode::usage);
  CHECK(bench.chief_store.policies().get()->revision == 2);
}

TEST_CASE("a value may be used and not be seen") {
  Bench bench;
  REQUIRE(bench.opened.put("a", text("v")).ok());
  bench.set({{true, {"group:etl"}, {UseCase::list, UseCase::use, UseCase::write}, {"**"}}});
  Store seeing = bench.who("ann", {"etl"});
  Store using_it = bench.who("ann", {"etl"}, Purpose::use);
  CHECK(code_of(seeing.get("a")) == kDenied);
  CHECK(using_it.get("a").ok());
  CHECK(using_it.snapshot()->get("a").ok());
  CHECK(code_of(seeing.snapshot()->get("a")) == kDenied);
  CHECK(code_of(bench.who("ann", {}, Purpose::use).get("a")) == kDenied);
  // Whatever the label says.
  CHECK(code_of(bench.opened.as({.actor = "chief", .user = "ann"})->get("a")) == kDenied);
  REQUIRE(seeing.put("a", text("w")).ok());
}

TEST_CASE("whoever may not see a value cannot take it to where he may") {
  Bench bench;
  REQUIRE(bench.opened.put("shut/a", text("v")).ok());
  const std::vector<UseCase> most = {UseCase::list, UseCase::use, UseCase::write, UseCase::remove};
  bench.set({{true, {"user:ann"}, most, {"shut/**"}},
             {true, {"user:ann"}, {UseCase::reveal, UseCase::write}, {"open/**"}}});
  Store ann = bench.who("ann");
  CHECK(code_of(ann.copy("shut/a", "open/a")) == kDenied);
  CHECK(code_of(ann.move("shut/a", "open/a")) == kDenied);
  CHECK(code_of(bench.who("ann", {}, Purpose::use).copy("shut/a", "open/a")) == kDenied);
  CHECK(ann.rollback("shut/a", 1).ok());
}

TEST_CASE("whoever may write a secret does not choose which rules mean it") {
  Bench bench;
  const PutOptions marked{.metadata = {.owner = "bob", .tags = std::vector<std::string>{"shut"}}};
  REQUIRE(bench.opened.put("a", text("v"), marked).ok());
  bench.set({{true, {"user:ann"}, {UseCase::list, UseCase::write}, {"**"}},
             {true, {"owner"}, {UseCase::reveal}, {"**"}},
             {false, {"*"}, {UseCase::reveal}, {"**"}, {"shut"}}});
  Store ann = bench.who("ann");
  CHECK(code_of(ann.put("a", text("w"), {.metadata = {.owner = "ann"}})) == kDenied);
  CHECK(code_of(ann.patch_metadata("a", {.owner = "ann"})) == kDenied);
  CHECK(code_of(ann.put_metadata("a", {.tags = std::vector<std::string>{}})) == kDenied);
  CHECK(code_of(ann.rollback("a", 1, {.metadata = {.owner = "ann"}})) == kDenied);
  CHECK(ann.put("a", text("w"), marked).ok());  // The same again is no change.
  CHECK(ann.patch_metadata("a", {.description = "d"}).ok());
  // What is new may have any: its value is the writer's own.
  REQUIRE(ann.put("b", text("w"), {.metadata = {.owner = "ann"}}).ok());
  CHECK(ann.get("b").ok());
  CHECK(code_of(bench.who("bob").get("b")) == kDenied);
  CHECK(code_of(bench.who("bob").get("a")) == kDenied);
  REQUIRE(bench.chief_store.patch_metadata("a", {.tags = std::vector<std::string>{}}).ok());
  CHECK(bench.who("bob").get("a").ok());
}

TEST_CASE("a listing shows what may be listed, and folders that hold some of it") {
  Bench bench;
  for (const char* path : {"a/x", "a/y/z", "b/x", "c", "d/shut/x"})
    REQUIRE(bench.opened.put(path, text("v")).ok());
  bench.set({{true, {"*"}, {UseCase::list}, {"a/**", "c", "d/**"}},
             {false, {"*"}, {UseCase::list}, {"d/shut/**"}}});
  Store ann = bench.who("ann");
  using Names = std::vector<std::string>;
  CHECK(ann.list("").value() == Names{"a/", "c"});
  CHECK(ann.list("a").value() == Names{"x", "y/"});
  CHECK(ann.list("a/").value() == Names{"x", "y/"});
  CHECK(ann.list("", {.recursive = true}).value() == Names{"a/x", "a/y/z", "c"});
  CHECK(ann.list("b").value().empty());
  const auto found = ann.find("");
  REQUIRE(found->size() == 2);
  CHECK((found->front().folder && found->front().path == "a/" && !found->back().folder));
  const ChangeBatch told = ann.audit().changes(0).value();
  for (const Change& change : told.changes) {
    CHECK(change.path != "b/x");
    CHECK(change.path != "d/shut/x");
  }
  CHECK(bench.chief_store.list("").value() == Names{"a/", "b/", "c"});
}

TEST_CASE("a config is no way to a value that only its coordinate gives away") {
  Bench bench;
  REQUIRE(bench.opened.configs().put("theirs", kSpec, R"({"key":"one"})").ok());
  const std::string stolen(
      bench.opened.configs().get("theirs", ConfigForm::partial)->document.text());
  bench.set({{true,
              {"user:ann"},
              {UseCase::list, UseCase::use, UseCase::reveal, UseCase::write},
              {"config:mine"}}});
  Store ann = bench.who("ann");
  Configs mine = ann.configs();
  for (const bool compat : {false, true}) {
    const auto put = mine.put("mine", kSpec, stolen, {.compat_airbyte = compat});
    CHECK(code_of(put) == kDenied);
    CHECK(code_of(mine.stage("mine", kSpec, stolen, {.compat_airbyte = compat})) == kDenied);
  }
  CHECK(code_of(mine.hydrate(stolen)) == kDenied);
  CHECK(code_of(mine.get("theirs")) == kDenied);
  REQUIRE(mine.put("mine", kSpec, R"({"key":"two"})").ok());
  CHECK(code_of(mine.patch("mine", stolen)) == kDenied);
  // Its own coordinates stay, and what is behind them is had.
  const std::string partial(mine.get("mine", ConfigForm::partial)->document.text());
  REQUIRE(mine.put("mine", kSpec, partial).ok());
  CHECK(mine.hydrate_for("mine", partial)->text() == R"({"key":"two"})");
  CHECK(mine.get("mine", ConfigForm::revealed)->document.text() == R"({"key":"two"})");
  // What a check minted is taken over by whoever was given it.
  const auto checked = mine.check(kSpec, R"({"key":"three"})", {.id = "mine"});
  REQUIRE(checked.ok());
  CHECK(mine.put("mine", kSpec, checked->partial.text()).ok());
}

TEST_CASE("a refusal is told of the user that it refused, and of no value") {
  Bench bench;
  REQUIRE(bench.opened.put("a", text("v")).ok());
  bench.set({});
  Store ann = bench.opened.as({.actor = "chief", .reason = "why", .user = "ann"}).value();
  CHECK(code_of(ann.get("a")) == kDenied);
  CHECK(code_of(ann.audit().list()) == kDenied);
  CHECK(code_of(ann.put("a", text("w"))) == kDenied);
  const auto records = bench.chief_store.audit().list({.outcome = AuditFilter::Outcome::refused});
  REQUIRE(records->size() == 3);
  for (const AuditRecord& record : *records) {
    CHECK(record.user == "ann");
    CHECK(record.actor == "chief");
    CHECK(record.reason == "why");
    CHECK(record.code == kDenied);
  }
  CHECK((records->at(0).items[0].action == "read" && records->at(0).items[0].path == "a"));
  CHECK(records->at(1).items[0].action == "audit.look");
  CHECK((records->at(2).items[0].action == "put" && records->at(2).items[0].path == "a"));
}

TEST_CASE("a test of the policy names the rule, for somebody else") {
  Bench bench;
  REQUIRE(bench.opened.put("a", text("v"), {.metadata = {.owner = "ann"}}).ok());
  bench.set({{true, {"owner"}, {UseCase::reveal}, {"**"}},
             {false, {"group:ops"}, {UseCase::reveal}, {"**"}}});
  const auto ask = [&](const PolicySubject& who, std::string_view object) {
    const auto decision = bench.chief_store.policies().test(who, UseCase::reveal, object).value();
    return (decision.allowed ? "+" : "-") + std::to_string(decision.rule);
  };
  CHECK(ask({"ann"}, "a") == "+2");
  CHECK(ask({"ann", {"ops"}}, "a") == "-3");
  CHECK(ask({"bob"}, "a") == "-0");
  CHECK(ask({"ann"}, "none") == "-0");
  CHECK(ask({"chief"}, "config:c") == "+1");
  CHECK(code_of(bench.who("ann").policies().test({"ann"}, UseCase::reveal, "a")) == kDenied);
}

TEST_CASE("who a caller is has limits") {
  Bench bench;
  CHECK(code_of(bench.opened.as({.user = "a\nb"})) == ErrorCode::usage);
  CHECK(code_of(bench.opened.as({.user = std::string(257, 'a')})) == ErrorCode::limit);
  CHECK(code_of(bench.opened.as({.groups = {"\x01"}})) == ErrorCode::usage);
  CHECK(code_of(bench.opened.as({.groups = std::vector<std::string>(1025, "g")})) ==
        ErrorCode::limit);
}

}  // namespace policy_test
