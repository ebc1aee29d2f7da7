// Every public call and the use cases that it needs: each of them alone is what a policy can
// refuse it for, together they are enough. The table is held against the headers, so that a call
// that is added there without a word here is missed.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <regex>
#include <set>

#include "tests/public_headers.h"
#include "tests/store_cases.h"

namespace policy_every_call_test {

namespace {

using namespace coffer;
using test::json;
using test::ScratchStore;
using test::text;

constexpr std::string_view kSpec =
    R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})";
constexpr std::string_view kFull = R"({"key":"one"})";
const std::vector<UseCase> kAll = {UseCase::list,  UseCase::use,    UseCase::reveal,
                                   UseCase::write, UseCase::remove, UseCase::force,
                                   UseCase::admin, UseCase::audit};

// A store that the chief may do everything with, and Ann what a test says.
struct Bench {
  ScratchStore scratch;
  Store opened = scratch.open();
  Store chief = opened.as({.user = "chief"}).value();
  Store ann = opened.as({.actor = "label", .user = "ann"}).value();
  std::string partial;  ///< Of the config "c".
  std::string stage;

  Bench() {
    REQUIRE(chief.put("a", json(R"({"user":"u"})")).ok());
    REQUIRE(chief.put("a", json(R"({"user":"w"})")).ok());
    REQUIRE(chief.configs().put("c", kSpec, kFull).ok());
    partial = chief.configs().get("c", ConfigForm::partial)->document.text();
    auto staged = chief.configs().stage("c", kSpec, R"({"key":"two"})");
    REQUIRE(staged.ok());
    stage = staged->stage;
  }
  void allow(const std::vector<UseCase>& use_cases) {
    Policy policy;
    policy.rules.push_back({true, {"user:chief"}, kAll, {"**"}});
    if (!use_cases.empty()) policy.rules.push_back({true, {"user:ann"}, use_cases, {"**"}});
    REQUIRE(chief.policies().put(policy).ok());
  }
};

using Act = std::function<std::optional<ErrorCode>(Bench&)>;

struct Call {
  std::string name;
  std::vector<UseCase> needs;  ///< None: it is free.
  Act act;
  bool hides = false;                 ///< It answers, without what may not be listed.
  std::vector<UseCase> instead = {};  ///< Any of these does as well.
};

template <typename T>
std::optional<ErrorCode> outcome(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code();
}

template <typename T>
Result<void> no_answer(const Result<T>& result) {
  if (result) return {};
  return result.error();
}

template <typename Body>
Act in_transaction(const Body& body) {
  return [body](Bench& bench) {
    return outcome(bench.ann.transaction([&](Transaction& txn) { return body(txn); }));
  };
}

#define ACT(...) [](Bench& bench) { return outcome(bench.ann.__VA_ARGS__); }
#define IN_TXN(...) in_transaction([](Transaction& txn) { return no_answer(txn.__VA_ARGS__); })
#define SNAP(...) [](Bench& bench) { return outcome(bench.ann.snapshot()->__VA_ARGS__); }
#define CONFIG(...) [](Bench& bench) { return outcome(bench.ann.configs().__VA_ARGS__); }

constexpr UseCase kList = UseCase::list, kUse = UseCase::use, kReveal = UseCase::reveal,
                  kWrite = UseCase::write, kRemove = UseCase::remove, kAdmin = UseCase::admin,
                  kAudit = UseCase::audit;

// Who may force or administer ends everybody's notes of use.
const std::vector<UseCase> kBesides = {UseCase::force, UseCase::admin};

Act nothing() {
  return [](Bench&) { return std::nullopt; };
}

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<Call> store_calls() {
  return {
      {"Store::create", {}, nothing()},
      {"Store::open", {}, nothing()},
      {"Store::as", {}, ACT(as({.actor = "x"}))},
      {"Store::transaction", {}, ACT(transaction([](Transaction&) { return Result<void>(); }))},
      {"Store::put", {kWrite}, ACT(put("a", text("v")))},
      {"Store::patch", {kWrite}, ACT(patch("a", "{}"))},
      {"Store::rollback", {kWrite}, ACT(rollback("a", 1))},
      {"Store::get", {kReveal}, ACT(get("a"))},
      {"Store::metadata", {kList}, ACT(metadata("a"))},
      {"Store::history", {kList}, ACT(history("a"))},
      {"Store::list", {kList}, ACT(list("")), true},
      {"Store::find", {kList}, ACT(find("")), true},
      {"Store::snapshot", {}, ACT(snapshot())},
      {"Store::soft_delete", {kRemove}, ACT(soft_delete("a"))},
      {"Store::undelete", {kWrite}, ACT(undelete("a", {2}))},
      {"Store::destroy", {kRemove}, ACT(destroy("a", {1}))},
      {"Store::destroy_all", {kRemove}, ACT(destroy_all("a"))},
      {"Store::erase", {kRemove}, ACT(erase("a"))},
      {"Store::put_metadata", {kWrite}, ACT(put_metadata("a", {.description = "d"}))},
      {"Store::patch_metadata", {kWrite}, ACT(patch_metadata("a", {.description = "d"}))},
      {"Store::move", {kReveal, kRemove, kWrite}, ACT(move("a", "b"))},
      {"Store::copy", {kReveal, kWrite}, ACT(copy("a", "b"))},
      {"Store::settings", {}, ACT(settings())},
      {"Store::put_settings", {kAdmin}, ACT(put_settings({.max_versions = 3}))},
      {"Store::sweep", {kAdmin}, ACT(sweep())},
      {"Store::references_to", {kList}, ACT(references_to("a"))},
      {"Store::add_reference", {kUse}, ACT(add_reference("a", 0, "job"))},
      {"Store::remove_reference", {kUse}, ACT(remove_reference("a", 0, "job")), false, kBesides},
      {"Anchor::set", {kAdmin}, ACT(anchor().set("nonsense"))},
      {"Anchor::remove", {kAdmin}, ACT(anchor().remove())},
      {"Anchor::update", {kAdmin}, ACT(anchor().update())},
      {"Anchor::get", {kAdmin}, ACT(anchor().get())},
      {"Audit::on_receipt",
       {},
       [](Bench& bench) {
         bench.ann.audit().on_receipt({});
         return std::nullopt;
       }},
      {"Audit::verify_receipt", {}, ACT(audit().verify_receipt("none"))},
      {"Store::configs", {}, nothing()},
      {"Store::keys", {}, nothing()},
      {"Store::audit", {}, nothing()},
      {"Store::anchor", {}, nothing()},
      {"Store::policies", {}, nothing()},
      {"Keys::slots", {kAdmin}, ACT(keys().slots())},
      {"Keys::add",
       {kAdmin},
       [](Bench& bench) { return outcome(bench.ann.keys().add(bench.scratch.key())); }},
      {"Keys::remove", {kAdmin}, ACT(keys().remove(5))},
      {"Keys::rewrap", {kAdmin}, ACT(keys().rewrap(1))},
      {"Keys::rotate", {kAdmin}, ACT(keys().rotate())},
      {"Keys::rotate_data", {kAdmin}, ACT(keys().rotate_data())},
      {"Keys::test",
       {kAdmin},
       [](Bench& bench) { return outcome(bench.ann.keys().test(1, bench.scratch.key())); }},
      {"Audit::list", {kAudit}, ACT(audit().list())},
      {"Audit::verify", {kAudit}, ACT(audit().verify())},
      {"Audit::prune", {kAdmin}, ACT(audit().prune({.keep_records = 5}))},
      {"Audit::changes", {kList}, ACT(audit().changes(0)), true},
      {"Audit::wait", {}, ACT(audit().wait(0, 0))},
      {"Audit::wake",
       {},
       [](Bench& bench) {
         bench.ann.audit().wake();
         return std::nullopt;
       }},
      {"Store::accept_clock", {kAdmin}, ACT(accept_clock())},
      {"Policies::in_force", {}, ACT(policies().in_force())},
      {"Policies::may", {}, ACT(policies().may(kUse, "a"))},
      {"Policies::get", {kAdmin}, ACT(policies().get())},
      {"Policies::put", {kAdmin}, ACT(policies().put({}))},
      {"Policies::test", {kAdmin}, ACT(policies().test({"ann"}, kUse, "a"))},
      {"Store::status", {}, ACT(status())},
      {"Store::verify", {kAdmin}, ACT(verify())},
  };
}

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<Call> transaction_calls() {
  const auto restored = [](Transaction& txn) {
    std::vector<RestoredVersion> versions(1);
    versions[0].info.version = 4;
    versions[0].value = text("v");
    return txn.restore("b", versions, 0);
  };
  return {
      {"Transaction::now_ms", {}, nothing()},
      {"Transaction::get", {kReveal}, IN_TXN(get("a"))},
      {"Transaction::get_kept", {kReveal}, IN_TXN(get_kept("a"))},
      {"Transaction::metadata", {kList}, IN_TXN(metadata("a"))},
      {"Transaction::history", {kList}, IN_TXN(history("a"))},
      {"Transaction::exists", {kList}, IN_TXN(exists("a"))},
      {"Transaction::list", {kList}, IN_TXN(list("")), true},
      {"Transaction::find", {kList}, IN_TXN(find("")), true},
      {"Transaction::hides", {}, IN_TXN(hides(""))},
      {"Transaction::settings", {}, IN_TXN(settings())},
      {"Transaction::references_to", {kList}, IN_TXN(references_to("a"))},
      {"Transaction::require", {UseCase::force}, IN_TXN(require(UseCase::force, "a"))},
      {"Transaction::put", {kWrite}, IN_TXN(put("b", text("v")))},
      {"Transaction::patch", {kWrite}, IN_TXN(patch("a", "{}"))},
      {"Transaction::rollback", {kWrite}, IN_TXN(rollback("a", 1))},
      {"Transaction::soft_delete", {kRemove}, IN_TXN(soft_delete("a"))},
      {"Transaction::undelete", {kWrite}, IN_TXN(undelete("a"))},
      {"Transaction::destroy", {kRemove}, IN_TXN(destroy("a"))},
      {"Transaction::destroy_all", {kRemove}, IN_TXN(destroy_all("a"))},
      {"Transaction::erase", {kRemove}, IN_TXN(erase("a"))},
      {"Transaction::put_metadata", {kWrite}, IN_TXN(put_metadata("b", {.owner = "o"}))},
      {"Transaction::patch_metadata", {kWrite}, IN_TXN(patch_metadata("a", {.kind = ""}))},
      {"Transaction::move", {kReveal, kRemove, kWrite}, IN_TXN(move("a", "b"))},
      {"Transaction::copy", {kReveal, kWrite}, IN_TXN(copy("a", "b"))},
      {"Transaction::restore", {kWrite}, in_transaction(restored)},
      {"Transaction::restore_managed", {kWrite}, IN_TXN(restore_managed("b", {}, 0))},
      {"Transaction::restore_config",
       {kWrite},
       IN_TXN(restore_config({.id = "d", .workspace = {}, .spec = {}, .partial = {}}))},
      {"Transaction::restore_reference", {kUse}, IN_TXN(restore_reference({"a", 1, "job"}))},
      {"Transaction::config", {kReveal}, IN_TXN(config("c"))},
      {"Transaction::policy", {kAdmin}, IN_TXN(policy())},
      {"Transaction::put_policy", {kAdmin}, IN_TXN(put_policy({}))},
      {"Transaction::put_settings", {kAdmin}, IN_TXN(put_settings({.max_versions = 3}))},
      {"Transaction::add_reference", {kUse}, IN_TXN(add_reference("a", 1, "job"))},
      {"Transaction::remove_reference",
       {kUse},
       IN_TXN(remove_reference("a", 1, "job")),
       false,
       kBesides},
  };
}

std::vector<Call> snapshot_calls() {
  return {
      {"Snapshot::get", {kReveal}, SNAP(get("a"))},
      {"Snapshot::get_kept", {kReveal}, SNAP(get_kept("a"))},
      {"Snapshot::metadata", {kList}, SNAP(metadata("a"))},
      {"Snapshot::history", {kList}, SNAP(history("a"))},
      {"Snapshot::exists", {kList}, SNAP(exists("a"))},
      {"Snapshot::list", {kList}, SNAP(list("")), true},
      {"Snapshot::find", {kList}, SNAP(find("")), true},
      {"Snapshot::hides", {}, SNAP(hides(""))},
      {"Snapshot::configs", {kList}, SNAP(configs()), true},
      {"Snapshot::config", {kReveal}, SNAP(config("c"))},
      {"Snapshot::outside_references", {kList}, SNAP(outside_references()), true},
      {"Snapshot::settings", {}, SNAP(settings())},
      {"Snapshot::policy", {kAdmin}, SNAP(policy())},
      {"Snapshot::sequence", {}, nothing()},
      {"Snapshot::taken_at_ms", {}, nothing()},
  };
}

std::vector<Call> config_calls() {
  return {
      {"Configs::put", {kWrite}, CONFIG(put("c", kSpec, kFull))},
      {"Configs::patch", {kWrite}, CONFIG(patch("c", "{}"))},
      {"Configs::import_partial", {kWrite}, CONFIG(import_partial("d", kSpec, "{}", "{}"))},
      {"Configs::check", {kWrite}, CONFIG(check(kSpec, kFull, {.id = "c"}))},
      {"Configs::end_check", {kWrite}, CONFIG(end_check("{}"))},
      {"Configs::end_check_of", {kWrite}, CONFIG(end_check_of("c"))},
      {"Configs::stage", {kWrite}, CONFIG(stage("c", kSpec, kFull))},
      {"Configs::commit",
       {kWrite},
       [](Bench& bench) { return outcome(bench.ann.configs().commit("c", bench.stage)); }},
      {"Configs::abandon",
       {kWrite},
       [](Bench& bench) { return outcome(bench.ann.configs().abandon("c", bench.stage)); }},
      {"Configs::get", {kReveal}, CONFIG(get("c", ConfigForm::revealed))},
      {"Configs::list", {kList}, CONFIG(list()), true},
      {"Configs::remove", {kRemove}, CONFIG(remove("c"))},
      {"Configs::copy", {kUse, kReveal, kWrite}, CONFIG(copy("c", "d"))},
      {"Configs::rename", {kRemove, kReveal, kWrite}, CONFIG(rename("c", "d"))},
      {"Configs::hydrate_for",
       {kUse},
       [](Bench& bench) { return outcome(bench.ann.configs().hydrate_for("c", bench.partial)); }},
      {"Configs::hydrate_with",
       {kUse},
       [](Bench& bench) {
         return outcome(bench.ann.configs().hydrate_with(kSpec, bench.partial));
       }},
      {"Configs::hydrate",
       {kUse},
       [](Bench& bench) { return outcome(bench.ann.configs().hydrate(bench.partial)); }},
      {"Configs::with_resolver", {}, nothing()},
  };
}

std::vector<Call> every_call() {
  std::vector<Call> calls = store_calls();
  for (auto part : {transaction_calls(), snapshot_calls(), config_calls()})
    calls.insert(calls.end(), part.begin(), part.end());
  return calls;
}

std::set<std::string> calls_of(const std::string& type, const std::string& body) {
  const std::regex call(R"(\n  (?:static )?[A-Za-z_0-9:]+(?:<[^\n]*>)? ([a-z_0-9]+)\()");
  std::set<std::string> calls;
  for (std::sregex_iterator at(body.begin(), body.end(), call), end; at != end; ++at)
    calls.insert(type + "::" + (*at)[1].str());
  return calls;
}

std::vector<UseCase> all_but(UseCase use_case, const std::vector<UseCase>& nor = {}) {
  std::vector<UseCase> others;
  for (const UseCase each : kAll)
    if (each != use_case && std::count(nor.begin(), nor.end(), each) == 0) others.push_back(each);
  return others;
}

}  // namespace

TEST_CASE("the table of use cases has every public call") {
  std::set<std::string> wanted;
  for (const auto& [type, body] : test::public_parts()) wanted.merge(calls_of(type, body));
  CHECK(wanted.size() > 95);
  std::set<std::string> listed;
  for (const Call& call : every_call()) listed.insert(call.name);
  CHECK(wanted == listed);
}

TEST_CASE("each call is denied without any one of its use cases, on record, and changes nothing") {
  for (const Call& call : every_call()) {
    if (call.hides) continue;
    for (const UseCase use_case : call.needs) {
      INFO(call.name << " without " << use_case_name(use_case));
      Bench bench;
      bench.allow(all_but(use_case, call.instead));
      const std::string state = test::state_of(bench.chief);
      const std::uint64_t last = bench.chief.audit().list()->back().number;
      CHECK(call.act(bench) == ErrorCode::denied);
      CHECK(test::state_of(bench.chief) == state);
      const auto records = bench.chief.audit().list().value();
      REQUIRE(records.back().number == last + 1);
      CHECK_FALSE(records.back().allowed);
      CHECK(records.back().code == ErrorCode::denied);
      CHECK((records.back().user == "ann" && records.back().actor == "label"));
      CHECK(bench.chief.policies().get()->rules.size() == 2);
      test::require_sound(bench.chief);
    }
  }
}

TEST_CASE("each call is let in with its use cases alone, and a free one with none") {
  for (const Call& call : every_call()) {
    INFO(call.name);
    Bench bench;
    bench.allow(call.needs);
    CHECK(call.act(bench) != ErrorCode::denied);
  }
}

TEST_CASE("what may not be listed is not there") {
  Bench bench;
  bench.allow(all_but(UseCase::list));
  CHECK(bench.ann.list("")->empty());
  CHECK(bench.ann.find("", {.recursive = true})->empty());
  CHECK(bench.ann.snapshot()->list("")->empty());
  CHECK(bench.ann.configs().list()->empty());
  CHECK(bench.ann.snapshot()->configs()->empty());
  CHECK(bench.ann.snapshot()->outside_references()->empty());
  const ChangeBatch told = bench.ann.audit().changes(0).value();
  for (const Change& change : told.changes) CHECK(change.path.empty());
  REQUIRE(bench.ann
              .transaction([](Transaction& txn) -> Result<void> {
                CHECK(txn.list("")->empty());
                return {};
              })
              .ok());
  bench.allow({UseCase::list});
  CHECK_FALSE(bench.ann.list("")->empty());
  CHECK(bench.ann.configs().list()->size() == 1);
  CHECK_FALSE(bench.ann.audit().changes(0)->changes.empty());
}

}  // namespace policy_every_call_test
