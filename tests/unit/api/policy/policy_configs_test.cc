// What a policy keeps of a config's secrets from those who may write it and no more: values,
// whether a guess is right, the document, and other configs' secrets.
#include <catch2/catch.hpp>

#include "tests/unit/api/policy_bench.h"

namespace policy_configs_test {

namespace {

using namespace coffer;
using test::allow;
using test::code_of;
using test::deny;
using test::kDenied;
using test::kKeySpec;
using test::PolicyBench;

constexpr std::string_view kListSpec =
    R"({"properties":{"l":{"type":"array","items":{"type":"object","properties":)"
    R"({"n":{"type":"string"},"k":{"type":"string","airbyte_secret":true}}}}}})";

std::string base_of(const std::string& coordinate) {
  return coordinate.substr(0, coordinate.rfind("_v"));
}

std::string told(const ConfigPutReport& report) {
  std::string out;
  for (const ConfigOutcome& each : report.outcomes)
    out += each.pointer + std::to_string(static_cast<int>(each.kind)) + " ";
  return out;
}

bool keeps_any(const ConfigPutReport& report) {
  for (const ConfigOutcome& each : report.outcomes)
    if (each.kind == ConfigOutcome::Kind::kept) return true;
  return false;
}

}  // namespace

TEST_CASE("F-210: a right and a wrong guess of a config's secret are told alike") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs().put("c", kKeySpec, R"({"host":"db","key":"hunter2"})").ok());
  REQUIRE(bench.opened.configs().put("l", kListSpec, R"({"l":[{"n":"a","k":"4829"}]})").ok());
  bench.set({allow("user:w", {UseCase::write}, "config:*")});
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const auto wrong = writer.check(kKeySpec, R"({"host":"db","key":"hunter1"})", {.id = "c"});
  const auto right = writer.check(kKeySpec, R"({"host":"db","key":"hunter2"})", {.id = "c"});
  REQUIRE((wrong.ok() && right.ok()));
  CHECK(told(*wrong) == told(*right));
  CHECK_FALSE(keeps_any(*right));
  const auto many =
      writer.check(kListSpec, R"({"l":[{"n":"a","k":"4828"},{"n":"a","k":"4829"}]})", {.id = "l"});
  REQUIRE(many.ok());
  CHECK_FALSE(keeps_any(*many));
  const auto put = writer.put("c", kKeySpec, R"({"host":"db","key":"hunter2"})");
  REQUIRE(put.ok());
  CHECK_FALSE(keeps_any(*put));
  const auto staged = writer.stage("c", kKeySpec, R"({"host":"db","key":"hunter2"})");
  REQUIRE(staged.ok());
  CHECK_FALSE(keeps_any(*staged));
  // Whoever may use it is told that it is the same.
  bench.set({allow("user:w", {UseCase::write, UseCase::use}, "config:c")});
  CHECK(keeps_any(*writer.put("c", kKeySpec, R"({"host":"db","key":"hunter2"})")));
}

TEST_CASE(
    "F-210: a masked view compares plain values with no secret that the caller may not know") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs().put("c", kKeySpec, R"({"host":"482913","key":"482913"})").ok());
  bench.set({allow("user:l", {UseCase::list}, "config:c"),
             allow("user:u", {UseCase::list, UseCase::use}, "config:c")});
  Store looking = bench.who("l");
  const auto seen = looking.configs().get("c");
  REQUIRE(seen.ok());
  CHECK(seen->hidden.empty());
  CHECK(seen->document.text() == R"({"host":"482913","key":"**********"})");
  CHECK(bench.who("u").configs().get("c")->hidden == std::vector<std::string>{"/host"});
}

TEST_CASE("what a check minted is no way to a value that is denied, or another config's") {
  PolicyBench bench;
  const auto check =
      bench.opened.configs().check(kKeySpec, R"({"host":"db","key":"alices"})", {.id = "alices"});
  REQUIRE(check.ok());
  const std::string coordinate = check->outcomes[0].coordinate;
  const std::string document = R"({"host":"h","key":{"_secret":")" + coordinate + "\"}}";
  const std::vector<PolicyRule> mine = {
      allow("user:m", {UseCase::list}, "**"),
      allow("user:m", {UseCase::write, UseCase::use}, "config:mine")};
  bench.set(mine);
  Store configs_store = bench.who("m");
  Configs configs = configs_store.configs();
  CHECK(code_of(configs.put("mine", kKeySpec, document)) == kDenied);
  CHECK(code_of(configs.stage("mine", kKeySpec, document)) == kDenied);
  CHECK(code_of(configs.check(kKeySpec, document, {.id = "mine"})) == kDenied);
  CHECK(bench.opened.as({.user = "chief"})->configs().end_check_of("alices")->size() == 1);

  // His own check's value he takes over, unless a rule denies him the secret.
  const auto own = configs.check(kKeySpec, R"({"host":"db","key":"own"})", {.id = "mine"});
  REQUIRE(own.ok());
  const std::string his =
      R"({"host":"h","key":{"_secret":")" + own->outcomes[0].coordinate + "\"}}";
  auto with_deny = mine;
  with_deny.push_back(deny("user:m", {UseCase::use}, "airbyte_**"));
  bench.set(with_deny);
  CHECK(code_of(configs.put("mine", kKeySpec, his)) == kDenied);
  bench.set(mine);
  CHECK(configs.put("mine", kKeySpec, his).ok());
}

TEST_CASE("a rule that denies a secret is not passed by its config") {
  PolicyBench bench;
  const auto put = bench.opened.configs().put("c", kKeySpec, R"({"host":"db","key":"one"})");
  const std::string base = base_of(put->outcomes[0].coordinate);
  const auto rights = allow("user:u", {UseCase::use, UseCase::reveal, UseCase::list}, "config:c");
  bench.set({rights});
  Store configs_store = bench.who("u");
  Configs configs = configs_store.configs();
  CHECK(configs.get("c", ConfigForm::revealed).ok());
  CHECK(configs.hydrate_for("c", put->partial.text()).ok());
  bench.set({rights, deny("user:u", {UseCase::reveal}, base)});
  CHECK(code_of(configs.get("c", ConfigForm::revealed)) == kDenied);
  CHECK(configs.hydrate_for("c", put->partial.text()).ok());
  bench.set({rights, deny("user:u", {UseCase::use}, base)});
  CHECK(code_of(configs.hydrate_for("c", put->partial.text())) == kDenied);
}

TEST_CASE("F-210: nor is it passed by a copy of its config, whose secrets have other names") {
  PolicyBench bench;
  const auto put = bench.opened.configs().put("c", kKeySpec, R"({"host":"db","key":"one"})");
  const std::string base = base_of(put->outcomes[0].coordinate);
  const std::vector<UseCase> all = {UseCase::list, UseCase::use, UseCase::reveal, UseCase::write};
  const auto rights = allow("user:w", all, "config:**");
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  bench.set({rights, deny("user:w", {UseCase::reveal}, base)});
  CHECK(code_of(writer.copy("c", "d")) == kDenied);
  bench.set({rights, deny("user:w", {UseCase::use}, base)});
  CHECK(code_of(writer.copy("c", "d")) == kDenied);
}

TEST_CASE("F-210: a config gets another name by who may see its secrets himself") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs().put("prod", kKeySpec, R"({"host":"db","key":"one"})").ok());
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const auto shared = allow("user:w", {UseCase::write}, "config:shared/**");
  bench.set({allow("user:w", {UseCase::use, UseCase::remove}, "config:prod"), shared,
             allow("user:m", {UseCase::list, UseCase::reveal}, "config:shared/**")});
  CHECK(code_of(writer.copy("prod", "shared/prod")) == kDenied);
  CHECK(code_of(writer.rename("prod", "shared/prod")) == kDenied);
  bench.set(
      {allow("user:w", {UseCase::use, UseCase::remove, UseCase::reveal}, "config:prod"), shared});
  CHECK(writer.copy("prod", "shared/copy").ok());
  CHECK(writer.rename("prod", "shared/prod").ok());
}

TEST_CASE("F-211: a config is not shown by another name to who may not list it") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs().put("c", kKeySpec, R"({"host":"db","key":"one"})").ok());
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const auto mine = allow("user:w", {UseCase::write, UseCase::list}, "config:mine");
  std::vector<UseCase> rights = {UseCase::use, UseCase::remove, UseCase::reveal};
  bench.set({allow("user:w", rights, "config:c"), mine});
  CHECK(code_of(writer.copy("c", "mine")) == kDenied);
  CHECK(code_of(writer.rename("c", "mine")) == kDenied);
  bench.set({allow("user:w", {UseCase::use, UseCase::remove}, "config:c"), mine});
  CHECK(code_of(writer.copy("c", "mine")) == kDenied);
  CHECK(code_of(writer.rename("c", "mine")) == kDenied);
  // Where he may list neither he may do both, and both where he may list the one.
  bench.set(
      {allow("user:w", rights, "config:c"), allow("user:w", {UseCase::write}, "config:blind*")});
  CHECK(writer.copy("c", "blind1").ok());
  CHECK(writer.rename("c", "blind2").ok());
  rights.push_back(UseCase::list);
  bench.set({allow("user:w", rights, "config:blind*"), mine});
  CHECK(writer.copy("blind1", "mine").ok());
}

TEST_CASE("a coordinate is asked for in the document that the merge makes") {
  PolicyBench bench;
  Configs opened = bench.opened.configs();
  const std::string old =
      opened.put("c", kKeySpec, R"({"host":"db","key":"old"})")->outcomes[0].coordinate;
  REQUIRE(
      opened.put("c", kKeySpec, R"({"host":"db","key":"new"})", {.keep_old_ms = 86400000}).ok());
  bench.set({allow("user:w", {UseCase::write, UseCase::use}, "config:c")});
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const std::string marker = R"({"key":{"_secret":")" + old + "\"";
  CHECK(code_of(writer.patch("c", marker + "}}")) == kDenied);
  CHECK(code_of(writer.patch("c", marker + R"(,"x":null}})")) == kDenied);
}

TEST_CASE("an import makes no secret where the caller may not write, nor tells what is there") {
  PolicyBench bench;
  REQUIRE(bench.opened.put("airbyte_there", test::text("v")).ok());
  bench.set({allow("user:w", {UseCase::write}, "config:mine")});
  Store configs_store = bench.who("w");
  Configs configs = configs_store.configs();
  const auto import = [&](const std::string& base) {
    return configs.import_partial("mine", kKeySpec,
                                  R"({"host":"h","key":{"_secret":")" + base + "_v7\"}}",
                                  "{\"" + base + "_v7\":\"evil\"}");
  };
  CHECK(code_of(import("airbyte_prod")) == kDenied);
  CHECK(code_of(import("airbyte_there")) == kDenied);
  CHECK(code_of(bench.chief.get("airbyte_prod")) == ErrorCode::not_found);
  bench.set({allow("user:w", {UseCase::write}, "config:mine"),
             allow("user:w", {UseCase::write}, "airbyte_prod")});
  CHECK(import("airbyte_prod").ok());
}

TEST_CASE("F-211: who may write a config and not list it is told of what he gave alone") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs().put("c", kKeySpec, R"({"host":"db.internal","key":"k"})").ok());
  bench.set({allow("user:w", {UseCase::write}, "config:c")});
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const auto says_nothing = [](const Result<ConfigPutReport>& report) {
    return report.ok() && report->partial.empty() && report->outcomes.empty();
  };
  CHECK(code_of(writer.get("c")) == kDenied);
  CHECK(says_nothing(writer.patch("c", "{}")));
  const auto masks = writer.put("c", kKeySpec, R"({"host":"**********","key":"**********"})");
  REQUIRE(masks.ok());
  CHECK(masks->partial.empty());
  CHECK(masks->outcomes.size() == 1);
  CHECK(report_json(*masks).text().find(R"("partial":null)") != std::string_view::npos);
  const auto staged = writer.stage("c", kKeySpec, R"({"host":"**********","key":"new"})");
  REQUIRE(staged.ok());
  CHECK(staged->partial.empty());
  CHECK(says_nothing(writer.commit("c", staged->stage)));
  CHECK(says_nothing(writer.commit("c", staged->stage)));
  bench.set({allow("user:w", {UseCase::write, UseCase::list}, "config:c")});
  CHECK_FALSE(writer.patch("c", "{}")->partial.empty());
}

TEST_CASE("F-211: what stands in a list is not told by whether a mask or a value finds it again") {
  PolicyBench bench;
  REQUIRE(bench.opened.configs()
              .put("c", kListSpec, R"({"l":[{"n":"alpha","k":"s1"},{"n":"beta","k":"s2"}]})")
              .ok());
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  const auto answer = [&](const std::string& name, const std::string& value) {
    const auto staged =
        writer.stage("c", kListSpec, R"({"l":[{"n":")" + name + R"(","k":")" + value + R"("}]})");
    if (!staged) return std::string(staged.error().text());
    return told(*staged) + base_of(staged->outcomes[0].coordinate);
  };
  bench.set({allow("user:w", {UseCase::write}, "config:c")});
  for (const char* value : {"**********", "new"}) {
    CHECK(answer("alpha", value) == answer("gamma", value));
    CHECK(answer("beta", value) == answer("gamma", value));
  }
  CHECK(code_of(writer.stage("c", kListSpec, R"({"l":[{"n":"**********","k":"x"}]})")) ==
        ErrorCode::usage);
  bench.set({allow("user:w", {UseCase::write, UseCase::list}, "config:c")});
  CHECK(answer("alpha", "**********") != answer("gamma", "**********"));
}

TEST_CASE("a check is ended by whoever may write the config that it is of") {
  PolicyBench bench;
  const auto check =
      bench.opened.configs().check(kKeySpec, R"({"host":"db","key":"x"})", {.id = "theirs"});
  bench.set({allow("user:w", {UseCase::write}, "config:*"),
             deny("user:w", {UseCase::write}, "config:theirs")});
  Store writer_store = bench.who("w");
  Configs writer = writer_store.configs();
  CHECK(code_of(writer.end_check(check->partial.text())) == kDenied);
  CHECK(writer.end_check("{}")->empty());
  CHECK(bench.chief.configs().end_check(check->partial.text())->size() == 1);
}

}  // namespace policy_configs_test
