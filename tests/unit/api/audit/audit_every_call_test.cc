// Every public call that changes a store leaves one record where it is done and one where it is
// refused, whichever check refuses it. The table is held against the headers, so that a call
// that is added there is missed here.
#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <regex>
#include <set>

#include "tests/public_headers.h"
#include "tests/store_cases.h"

namespace audit_every_call_test {

namespace {

using namespace coffer;
using test::json;
using test::ScratchStore;
using test::text;

constexpr std::string_view kSpec =
    R"({"properties":{"key":{"type":"string","airbyte_secret":true}}})";
constexpr std::string_view kFull = R"({"key":"one"})";
// In whatever a call is given, so that its text would be found again.
constexpr std::string_view kValue = "a value nobody may find in a record";

struct Bench {
  ScratchStore scratch;
  Store store = scratch.open();
  std::string kept;  ///< What a call's preparation found: a stage, a partial document.

  Bench() {
    REQUIRE(store.put("a", json(R"({"user":"u"})")).ok());
    REQUIRE(store.put("a", json(R"({"user":"w"})")).ok());
  }
};

// A key that the store does not have yet.
KeySource new_key(const Bench& bench) {
  const std::string path = bench.scratch.directory.in("second.key");
  if (!std::filesystem::exists(path)) REQUIRE(create_key_file(path).ok());
  return KeySource::file(path);
}

template <typename T>
std::optional<ErrorCode> outcome(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error().code();
}

using Act = std::function<std::optional<ErrorCode>(Bench&)>;

struct Refusal {
  std::string items;  ///< "action path version, ..."
  Act act;
};

struct Call {
  std::string name;  ///< Class::call
  std::string done;  ///< The last item of its record.
  Act prepare;
  Act act;
  std::vector<Refusal> refused;
};

Act nothing() {
  return [](Bench&) { return std::nullopt; };
}

template <typename Body>
Act in_transaction(const Body& body) {
  return [body](Bench& bench) {
    return outcome(bench.store.transaction(
        [&](Transaction& txn) -> Result<void> { return body(txn, bench); }));
  };
}

template <typename T>
Result<void> no_answer(const Result<T>& result) {
  if (result) return {};
  return result.error();
}

std::vector<RestoredVersion> one_version(std::uint64_t number) {
  std::vector<RestoredVersion> versions(1);
  versions[0].info.version = number;
  versions[0].value = text(kValue);
  return versions;
}

#define ACT(...) [](Bench& bench) { return outcome(bench.store.__VA_ARGS__); }
#define IN_TXN(...) \
  in_transaction([](Transaction& txn, Bench&) { return no_answer(txn.__VA_ARGS__); })

Act set_anchor() {
  return [](Bench& bench) {
    return outcome(bench.store.anchor().set("file://" + bench.scratch.directory.in("anchor")));
  };
}

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<Call> secret_calls() {
  return {
      {"Store::put",
       "put b 1",
       nothing(),
       ACT(put("b", text(kValue))),
       {{"put a 0", ACT(put("a", text(kValue), {.cas = 7}))},
        {"put a 0", ACT(put("a", text(kValue), {.ttl_ms = -1}))},
        {"put a 0", ACT(put("a", text(kValue), {.ttl_ms = 1, .expires_at_ms = 1}))},
        {"put  0", ACT(put("a\nb", text(kValue)))},
        {"put /a 0", ACT(put("/a", text(kValue)))},
        {"put  0", ACT(put(std::string(std::size_t{1} << 20, 'a'), text(kValue)))}}},
      {"Store::patch",
       "patch a 3",
       nothing(),
       ACT(patch("a", R"({"x":"a value nobody may find in a record"})")),
       {{"patch none 0", ACT(patch("none", "{}"))},
        {"patch a 0", ACT(patch("a", "a value nobody may find in a record"))},
        {"patch a/ 0", ACT(patch("a/", "{}"))}}},
      {"Store::rollback",
       "rollback a 3",
       nothing(),
       ACT(rollback("a", 1)),
       {{"rollback a 9", ACT(rollback("a", 9))},
        {"rollback a//b 1", ACT(rollback("a//b", 1))},
        {"rollback a 1", ACT(rollback("a", 1, {.ttl_ms = -1}))}}},
      {"Store::soft_delete",
       "delete a 2",
       nothing(),
       ACT(soft_delete("a")),
       {{"delete none 0", ACT(soft_delete("none"))}, {"delete .. 3", ACT(soft_delete("..", {3}))}}},
      {"Store::undelete",
       "undelete a 2",
       ACT(soft_delete("a")),
       ACT(undelete("a", {2})),
       {{"undelete a 9", ACT(undelete("a", {9}))}, {"undelete . 1", ACT(undelete(".", {1}))}}},
      {"Store::destroy",
       "destroy a 1",
       nothing(),
       ACT(destroy("a", {1})),
       {{"destroy none 1", ACT(destroy("none", {1}))}, {"destroy / 1", ACT(destroy("/", {1}))}}},
      {"Store::destroy_all",
       "destroy a 2",
       nothing(),
       ACT(destroy_all("a")),
       {{"destroy none 0", ACT(destroy_all("none"))}, {"destroy  0", ACT(destroy_all(""))}}},
      {"Store::erase",
       "erase a 0",
       nothing(),
       ACT(erase("a")),
       {{"erase none 0", ACT(erase("none"))}, {"erase  0", ACT(erase("\xFF"))}}},
      {"Store::put_metadata",
       "metadata a 0",
       nothing(),
       ACT(put_metadata("a", {.owner = "o"})),
       {{"metadata a 0", ACT(put_metadata("a", {.kind = "no such kind"}))},
        {"metadata // 0", ACT(put_metadata("//", {.owner = "o"}))}}},
      {"Store::patch_metadata",
       "metadata a 0",
       nothing(),
       ACT(patch_metadata("a", {.owner = "o"})),
       {{"metadata none 0", ACT(patch_metadata("none", {.owner = "o"}))}}},
      {"Store::move",
       "move b 2",
       nothing(),
       ACT(move("a", "b")),
       {{"move none 0, move b 0", ACT(move("none", "b"))},
        {"move a 0, move a 0", ACT(move("a", "a"))},
        {"move a 0, move /b 0", ACT(move("a", "/b"))}}},
      {"Store::copy",
       "copy b 2",
       nothing(),
       ACT(copy("a", "b")),
       {{"copy none 0, copy b 0", ACT(copy("none", "b"))},
        {"copy a/ 0, copy b 0", ACT(copy("a/", "b"))}}},
      {"Store::put_settings",
       "settings  0",
       nothing(),
       ACT(put_settings({.max_versions = 3})),
       {{"settings  0", ACT(put_settings({.value_bytes_max = UINT64_MAX}))}}},
      {"Store::sweep",
       "expire b 1",
       [](Bench& bench) {
         const auto put = outcome(bench.store.put("b", text("v"), {.ttl_ms = 1000}));
         bench.scratch.clock.turn(2000);
         return put;
       },
       ACT(sweep()),
       {{"expire  0", ACT(sweep({.grace_ms = -1}))}}},
      {"Store::add_reference",
       "ref.add a 0",
       nothing(),
       ACT(add_reference("a", 0, "job")),
       {{"ref.add a 9", ACT(add_reference("a", 9, "job"))},
        {"ref.add a 0", ACT(add_reference("a", 0, ""))},
        {"ref.add /a 0", ACT(add_reference("/a", 0, "job"))}}},
      {"Store::remove_reference",
       "ref.remove a 0",
       ACT(add_reference("a", 0, "job")),
       ACT(remove_reference("a", 0, "job")),
       {{"ref.remove a 0", ACT(remove_reference("a", 0, "another"))},
        {"ref.remove . 0", ACT(remove_reference(".", 0, "job"))}}},
      {"Keys::add",
       "key.add 2 0",
       nothing(),
       [](Bench& bench) { return outcome(bench.store.keys().add(new_key(bench))); },
       {{"key.add  0", ACT(keys().add(KeySource::passphrase(SecretBytes())))}}},
      {"Keys::remove",
       "key.remove 2 0",
       [](Bench& bench) { return outcome(bench.store.keys().add(new_key(bench))); },
       ACT(keys().remove(2)),
       {{"key.remove 5 0", ACT(keys().remove(5))}}},
      {"Keys::rewrap",
       "key.rewrap 1 0",
       nothing(),
       ACT(keys().rewrap(1)),
       {{"key.rewrap 9 0", ACT(keys().rewrap(9))}}},
      {"Keys::rotate",
       "key.rotate  0",
       nothing(),
       ACT(keys().rotate()),
       {{"key.rotate  0", ACT(keys().rotate({.without = {9}}))}}},
      {"Keys::rotate_data", "key.rekey  0", nothing(), ACT(keys().rotate_data()), {}},
      {"Anchor::set",
       "anchor.set file:///",
       nothing(),
       set_anchor(),
       {{"anchor.set nonsense 0", ACT(anchor().set("nonsense"))},
        {"anchor.set  0", ACT(anchor().set("file:///two\nlines"))}}},
      {"Anchor::remove", "anchor.remove file:///", set_anchor(), ACT(anchor().remove()), {}},
      {"Store::accept_clock",
       "clock.accept  0",
       [](Bench& bench) {
         bench.scratch.clock.turn(1'000'000);
         const auto put = outcome(bench.store.put("b", text("v")));
         bench.scratch.clock.turn(-1'000'000);
         return put;
       },
       ACT(accept_clock()),
       {{"clock.accept  0",
         [](Bench& bench) {
           bench.scratch.clock.set(5000);
           const auto refused = outcome(bench.store.accept_clock());
           bench.scratch.clock.set(1'700'000'000'000);
           return refused;
         }}}},
      {"Policies::put",
       "policy.put  1",
       nothing(),
       ACT(policies().put({0, {{true, {"*"}, {UseCase::admin, UseCase::audit}, {"**"}, {}}}})),
       {{"policy.put  0", ACT(policies().put({0, {{true, {"*"}, {UseCase::use}, {"**"}, {}}}}))},
        {"policy.put  0", ACT(policies().put({}, 7))}}},
      {"Audit::prune",
       "audit.prune  1",
       nothing(),
       ACT(audit().prune({.keep_records = 1})),
       {{"audit.prune  0", ACT(audit().prune({}))}}},
  };
}

// What Store has no call for, and one of each the others' way: inside a transaction.
std::vector<Call> transaction_calls() {
  return {
      {"Transaction::put",
       "put b 1",
       nothing(),
       IN_TXN(put("b", text(kValue))),
       {{"put /b 0", IN_TXN(put("/b", text(kValue)))}}},
      {"Transaction::patch",
       "patch a 3",
       nothing(),
       IN_TXN(patch("a", "{}")),
       {{"patch none 0", IN_TXN(patch("none", "{}"))}}},
      {"Transaction::rollback",
       "rollback a 3",
       nothing(),
       IN_TXN(rollback("a", 1)),
       {{"rollback a 8", IN_TXN(rollback("a", 8))}}},
      {"Transaction::soft_delete",
       "delete a 1",
       nothing(),
       IN_TXN(soft_delete("a", {1})),
       {{"delete a 8", IN_TXN(soft_delete("a", {8}))}}},
      {"Transaction::undelete",
       "undelete a 2",
       ACT(soft_delete("a")),
       IN_TXN(undelete("a")),
       {{"undelete a 8", IN_TXN(undelete("a", {8}))}}},
      {"Transaction::destroy",
       "destroy a 2",
       nothing(),
       IN_TXN(destroy("a")),
       {{"destroy a 8", IN_TXN(destroy("a", {8}))}}},
      {"Transaction::destroy_all",
       "destroy a 2",
       nothing(),
       IN_TXN(destroy_all("a")),
       {{"destroy none 0", IN_TXN(destroy_all("none"))}}},
      {"Transaction::erase",
       "erase a 0",
       nothing(),
       IN_TXN(erase("a")),
       {{"erase none 0", IN_TXN(erase("none"))}}},
      {"Transaction::put_metadata",
       "metadata b 0",
       nothing(),
       IN_TXN(put_metadata("b", {.owner = "o"})),
       {{"metadata /b 0", IN_TXN(put_metadata("/b", {.owner = "o"}))}}},
      {"Transaction::patch_metadata",
       "metadata a 0",
       nothing(),
       IN_TXN(patch_metadata("a", {.owner = "o"})),
       {{"metadata none 0", IN_TXN(patch_metadata("none", {.owner = "o"}))}}},
      {"Transaction::move",
       "move b 2",
       nothing(),
       IN_TXN(move("a", "b")),
       {{"move none 0, move b 0", IN_TXN(move("none", "b"))}}},
      {"Transaction::copy",
       "copy b 2",
       nothing(),
       IN_TXN(copy("a", "b")),
       {{"copy none 0, copy b 0", IN_TXN(copy("none", "b"))}}},
      {"Transaction::restore",
       "put b 4",
       nothing(),
       IN_TXN(restore("b", one_version(4), 0)),
       {{"put a 0", IN_TXN(restore("a", one_version(4), 0))},
        {"put b 0", IN_TXN(restore("b", one_version(0), 0))},
        {"put b/ 0", IN_TXN(restore("b/", one_version(4), 0))}}},
      {"Transaction::restore_managed",
       "put airbyte_workspace_11111111-2222-4333-8444-555555555555_secret_"
       "11111111-2222-4333-8444-666666666666 4",
       nothing(),
       IN_TXN(restore_managed("airbyte_workspace_11111111-2222-4333-8444-555555555555_secret_"
                              "11111111-2222-4333-8444-666666666666",
                              one_version(4), 0)),
       {{"put b/ 0", IN_TXN(restore_managed("b/", one_version(4), 0))}}},
      {"Transaction::restore_config",
       "config.put c 3",
       nothing(),
       IN_TXN(restore_config({.id = "c",
                              .revision = 3,
                              .workspace = std::string(kNilWorkspace),
                              .spec = SecretBytes::copy_of(kSpec),
                              .partial = SecretBytes::copy_of("{}")})),
       {{"config.put c 0",
         IN_TXN(restore_config({.id = "c", .workspace = {}, .spec = {}, .partial = {}}))},
        {"config.put c 0", IN_TXN(restore_config({.id = "c",
                                                  .revision = 3,
                                                  .workspace = std::string(kNilWorkspace),
                                                  .spec = SecretBytes::copy_of(kSpec),
                                                  .partial = SecretBytes::copy_of(kFull)}))}}},
      {"Transaction::restore_reference",
       "ref.add none 1",
       nothing(),
       IN_TXN(restore_reference({"none", 1, "job"})),
       {{"ref.add a 1", IN_TXN(restore_reference({"a", 1, ""}))},
        {"ref.add a/ 1", IN_TXN(restore_reference({"a/", 1, "job"}))}}},
      {"Transaction::put_policy",
       "policy.put  1",
       nothing(),
       IN_TXN(put_policy({0, {{true, {"*"}, {UseCase::admin, UseCase::audit}, {"**"}, {}}}})),
       {{"policy.put  0", IN_TXN(put_policy({}, 7))}}},
      {"Transaction::add_reference",
       "ref.add a 1",
       nothing(),
       IN_TXN(add_reference("a", 1, "job")),
       {{"ref.add a 8", IN_TXN(add_reference("a", 8, "job"))},
        {"ref.add a/ 1", IN_TXN(add_reference("a/", 1, "job"))}}},
      {"Transaction::remove_reference",
       "ref.remove a 1",
       ACT(add_reference("a", 1, "job")),
       IN_TXN(remove_reference("a", 1, "job")),
       {{"ref.remove a 1", IN_TXN(remove_reference("a", 1, "another"))}}},
      {"Transaction::put_settings",
       "settings  0",
       nothing(),
       IN_TXN(put_settings({.max_versions = 3})),
       {{"settings  0", IN_TXN(put_settings({.value_bytes_max = UINT64_MAX}))}}},
  };
}

#define CONFIG(...) [](Bench& bench) { return outcome(bench.store.configs().__VA_ARGS__); }

Act staged() {
  return [](Bench& bench) -> std::optional<ErrorCode> {
    const auto report = bench.store.configs().stage("c", kSpec, kFull);
    if (report) bench.kept = report->stage;
    return outcome(report);
  };
}

Act checked() {
  return [](Bench& bench) -> std::optional<ErrorCode> {
    const auto report = bench.store.configs().check(kSpec, kFull, {.id = "c"});
    if (report) bench.kept = report->partial.text();
    return outcome(report);
  };
}

// NOLINTNEXTLINE(readability-function-size): one table.
std::vector<Call> config_calls() {
  return {
      {"Configs::put",
       "config.put c 1",
       nothing(),
       CONFIG(put("c", kSpec, kFull)),
       {{"config.put c 0", CONFIG(put("c", "{", kFull))},
        {"config.put c 0", CONFIG(put("c", kSpec, "a value nobody may find in a record"))},
        {"config.put c 0", CONFIG(put("c", kSpec, kFull, {.revision = 7}))},
        {"config.put c 0", CONFIG(put("c", kSpec, kFull, {.keep_old_ms = -1}))},
        {"config.put  0", CONFIG(put("c\n", kSpec, kFull))}}},
      {"Configs::patch",
       "config.put c 2",
       CONFIG(put("c", kSpec, kFull)),
       CONFIG(patch("c", R"({"key":"two"})")),
       {{"config.put none 0", CONFIG(patch("none", "{}"))},
        {"config.put c 0", CONFIG(patch("c", "{"))},
        {"config.put c 0", CONFIG(patch("c", "{}", {}, "{"))}}},
      {"Configs::import_partial",
       "config.put c 1",
       nothing(),
       CONFIG(import_partial("c", kSpec,
                             R"({"key":{"_secret":"airbyte_workspace_)"
                             R"(11111111-2222-4333-8444-555555555555_secret_)"
                             R"(11111111-2222-4333-8444-666666666666_v1"}})",
                             R"({"airbyte_workspace_11111111-2222-4333-8444-555555555555_secret_)"
                             R"(11111111-2222-4333-8444-666666666666_v1":"v"})")),
       {{"config.put c 0", CONFIG(import_partial("c", kSpec, kFull, "{"))},
        {"config.put c 0", CONFIG(import_partial("c", kSpec, "{", "{}"))}}},
      {"Configs::check",
       "config.check c 0",
       nothing(),
       CONFIG(check(kSpec, kFull, {.id = "c"})),
       {{"config.check c 0", CONFIG(check(kSpec, kFull, {.id = "c", .ttl_ms = -1}))},
        {"config.check  0", CONFIG(check(kSpec, "{"))}}},
      {"Configs::end_check",
       "erase",
       checked(),
       [](Bench& bench) { return outcome(bench.store.configs().end_check(bench.kept)); },
       {{"config.end_check  0", CONFIG(end_check("{"))}}},
      {"Configs::end_check_of",
       "erase",
       checked(),
       CONFIG(end_check_of("c")),
       {{"config.end_check none 0", CONFIG(end_check_of("none"))},
        {"config.end_check  0", CONFIG(end_check_of(""))}}},
      {"Configs::stage",
       "config.stage c 0",
       nothing(),
       CONFIG(stage("c", kSpec, kFull)),
       {{"config.stage c 0", CONFIG(stage("c", kSpec, kFull, {}, -1))},
        {"config.stage c 0", CONFIG(stage("c", kSpec, "{"))}}},
      {"Configs::commit",
       "config.put c 1",
       staged(),
       [](Bench& bench) { return outcome(bench.store.configs().commit("c", bench.kept)); },
       {{"config.put c 0", CONFIG(commit("c", "no such stage"))},
        {"config.put c 0", CONFIG(commit("c", "s", {.keep_old_ms = -1}))}}},
      {"Configs::abandon",
       "erase",
       staged(),
       [](Bench& bench) { return outcome(bench.store.configs().abandon("c", bench.kept)); },
       {{"config.abandon c 0", CONFIG(abandon("c", "no such stage"))},
        {"config.abandon  0", CONFIG(abandon("", "s"))}}},
      {"Configs::remove",
       "config.delete c 1",
       CONFIG(put("c", kSpec, kFull)),
       CONFIG(remove("c")),
       {{"config.delete none 0", CONFIG(remove("none"))},
        {"config.delete  0", CONFIG(remove(std::string(5000, 'x')))}}},
      {"Configs::copy",
       "config.put d 1",
       CONFIG(put("c", kSpec, kFull)),
       CONFIG(copy("c", "d")),
       {{"config.put d 0", CONFIG(copy("none", "d"))},
        {"config.put c 0", CONFIG(copy("c", "c"))},
        {"config.put d/ 0", CONFIG(copy("c", "d/"))}}},
      {"Configs::rename",
       "config.put d 1",
       CONFIG(put("c", kSpec, kFull)),
       CONFIG(rename("c", "d")),
       {{"config.put d 0", CONFIG(rename("none", "d"))},
        {"config.put c 0", CONFIG(rename("c", "c"))},
        {"config.put  0", CONFIG(rename("c", ""))}}},
  };
}

std::vector<Call> every_call() {
  std::vector<Call> calls = secret_calls();
  for (Call& call : transaction_calls()) calls.push_back(std::move(call));
  for (Call& call : config_calls()) calls.push_back(std::move(call));
  return calls;
}

std::vector<AuditRecord> records_of(Store& store) {
  auto records = store.audit().list();
  REQUIRE(records.ok());
  return std::move(*records);
}

std::string in_words(const AuditItem& item) {
  return item.action + " " + item.path + " " + std::to_string(item.version);
}

std::string in_words(const AuditRecord& record) {
  std::string line;
  for (const AuditItem& item : record.items) line += (line.empty() ? "" : ", ") + in_words(item);
  return line;
}

void require_no_value(const std::vector<AuditRecord>& records) {
  for (const AuditRecord& record : records) {
    for (const AuditItem& item : record.items) {
      CHECK(item.path.find(kValue) == std::string::npos);
      CHECK(item.path.size() <= 1024);
    }
  }
}

// The calls of a class that are not const, from its header.
std::set<std::string> calls_of(const std::string& type, const std::string& body) {
  const std::regex call(R"(\n  Result<[^\n]*> ([a-z_]+)\(([^;]*);)");
  std::set<std::string> calls;
  for (std::sregex_iterator at(body.begin(), body.end(), call), end; at != end; ++at) {
    if (!(*at)[2].str().ends_with("const")) calls.insert(type + "::" + (*at)[1].str());
  }
  return calls;
}

}  // namespace

TEST_CASE("each call that is done leaves one record of what it did") {
  for (const Call& call : every_call()) {
    INFO(call.name);
    Bench bench;
    REQUIRE_FALSE(call.prepare(bench).has_value());
    const std::size_t before = records_of(bench.store).size();
    const std::uint64_t last = records_of(bench.store).back().number;
    REQUIRE_FALSE(call.act(bench).has_value());
    const auto records = records_of(bench.store);
    // The keyring is a file of its own: that its change begins is a record before (F-149).
    const std::size_t made = call.done.starts_with("key.") ? 2 : 1;
    REQUIRE(records.back().number == last + made);
    if (call.name != "Audit::prune") REQUIRE(records.size() == before + made);
    if (made == 2)
      CHECK(in_words(records[records.size() - 2].items.back()).starts_with("key.begin key."));
    CHECK(records.back().allowed);
    CHECK(in_words(records.back().items.back()).starts_with(call.done));
    require_no_value(records);
  }
}

TEST_CASE("each call that is refused leaves one record of that, and nothing else") {
  for (const Call& call : every_call()) {
    for (const Refusal& refusal : call.refused) {
      INFO(call.name << " refused: " << refusal.items);
      Bench bench;
      REQUIRE_FALSE(call.prepare(bench).has_value());
      const std::size_t before = records_of(bench.store).size();
      const std::string state = test::state_of(bench.store);
      const auto code = refusal.act(bench);
      REQUIRE(code.has_value());
      const auto records = records_of(bench.store);
      REQUIRE(records.size() == before + 1);
      CHECK_FALSE(records.back().allowed);
      CHECK(records.back().code == *code);
      CHECK(in_words(records.back()) == refusal.items);
      require_no_value(records);
      CHECK(test::state_of(bench.store) == state);
      CHECK(bench.store.audit().verify().value().problem.empty());
    }
  }
}

TEST_CASE("the table has every call of the headers") {
  // These read, or make and open stores, which have no records yet.
  const std::set<std::string> reading = {
      "Store::get", "Store::metadata", "Store::history", "Store::list", "Store::find",
      "Store::snapshot", "Store::settings", "Store::references_to", "Keys::slots", "Keys::test",
      "Audit::list", "Audit::verify", "Audit::changes", "Store::status", "Store::verify",
      "Configs::get", "Configs::list", "Configs::hydrate_for", "Configs::hydrate",
      "Configs::hydrate_with", "Audit::verify_receipt", "Audit::wait", "Anchor::get",
      "Anchor::update", "Policies::get", "Policies::in_force", "Policies::may", "Policies::test",
      // Its operations are in the table, as Transaction's.
      "Store::transaction"};
  std::set<std::string> wanted;
  for (const auto& [type, body] : test::public_parts()) wanted.merge(calls_of(type, body));
  CHECK(wanted.size() > 40);
  for (const std::string& name : reading) wanted.erase(name);
  std::set<std::string> listed;
  for (const Call& call : every_call()) listed.insert(call.name);
  CHECK(wanted == listed);
}

TEST_CASE("what a transaction's body was refused and went on without is told in its commit") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto report = store.transaction([](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.put("a", text("v")));
    CHECK_FALSE(txn.put("a", text("w"), {.cas = 0}).ok());
    CHECK_FALSE(txn.erase("none").ok());
    return no_answer(txn.put("b", text("v")));
  });
  REQUIRE(report.ok());
  const auto records = records_of(store);
  REQUIRE(records.size() == 3);
  CHECK(in_words(records[0]) == "put a 1, put b 1");
  CHECK(records[0].allowed);
  CHECK(in_words(records[1]) == "put a 0");
  CHECK(records[1].code == ErrorCode::conflict);
  CHECK(in_words(records[2]) == "erase none 0");
  CHECK(records[2].code == ErrorCode::not_found);
  for (const AuditRecord& record : records) CHECK(record.sequence == report->sequence);
  CHECK(store.audit().verify().value().problem.empty());
}

TEST_CASE("refusals are on record where nothing else came of the transaction") {
  ScratchStore scratch;
  Store store = scratch.open();
  const auto refused_only = [](Transaction& txn) -> Result<void> {
    CHECK_FALSE(txn.erase("none").ok());
    return {};
  };
  REQUIRE(store.transaction(refused_only).ok());
  REQUIRE(records_of(store).size() == 1);
  CHECK(in_words(records_of(store).back()) == "erase none 0");
  // The body's own error is the caller's; what the store refused before it is told.
  const auto given_up = [](Transaction& txn) -> Result<void> {
    COFFER_TRY(txn.put("a", text("v")));
    CHECK_FALSE(txn.erase("none").ok());
    return Error(ErrorCode::io, "no more");
  };
  CHECK_FALSE(store.transaction(given_up).ok());
  REQUIRE(records_of(store).size() == 2);
  CHECK(in_words(records_of(store).back()) == "erase none 0");
  CHECK(records_of(store).back().code == ErrorCode::not_found);
}

TEST_CASE("a time that cannot be set while the clock is behind is refused on record") {
  ScratchStore scratch;
  Store store = scratch.open();
  REQUIRE(store.put("a", text("v")).ok());
  scratch.clock.set(1'000);
  CHECK(store.put("b", text("v"), {.ttl_ms = 1000}).error().code() == ErrorCode::failed);
  CHECK(in_words(records_of(store).back()) == "put b 0");
  CHECK_FALSE(records_of(store).back().allowed);
}

TEST_CASE("an anchor that is not there cannot be given up, on record") {
  ScratchStore scratch;
  Store store = scratch.open();
  CHECK(store.anchor().remove().error().code() == ErrorCode::not_found);
  CHECK(in_words(records_of(store).back()) == "anchor.remove  0");
  CHECK_FALSE(records_of(store).back().allowed);
}

}  // namespace audit_every_call_test
