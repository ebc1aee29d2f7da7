// An index that lies is found by a walk over the documents, and neither orphans nor destroys.
#include "configs/reachability.h"

#include <algorithm>
#include <utility>

#include "configs/config_store.h"
#include "secrets/sweep.h"
#include "tests/unit/api/config_bench.h"

namespace reachability_test {

using namespace config_bench;
using configs::Difference;
using secrets::Reference;

namespace {

using Found = std::vector<std::pair<Difference::Kind, std::string>>;

Found differences(Bench& bench) {
  Found found;
  const auto read = bench.engine->read([&](const secrets::View& view) {
    return configs::each_difference(view, [&](const Difference& each) -> Result<void> {
      const Reference& at = each.reference;
      found.emplace_back(each.kind, at.version == 0
                                        ? "spec of " + at.user
                                        : format::print_coordinate({at.target, at.version}));
      return {};
    });
  });
  REQUIRE(read.ok());
  return found;
}

SweepReport sweep(Bench& bench, const SweepOptions& options) {
  auto report = configs::sweep_in_full(*bench.engine, options);
  if (!report.ok()) FAIL(describe(report.error()));
  return std::move(*report);
}

template <typename Body>
void lie(Bench& bench, const Body& body) {
  REQUIRE(
      bench.engine->write([&](secrets::Transaction& t) -> Result<void> { return body(t); }).ok());
}

Reference held(const std::string& coordinate, const std::string& id = "c") {
  const auto parsed = format::parse_coordinate(coordinate);
  return {parsed->base, parsed->version, "config", id};
}

}  // namespace

TEST_CASE("A sound store shows no difference, whatever was done to its configs") {
  Bench bench;
  CHECK(differences(bench).empty());
  bench.put("c", R"({"a":"x","b":"secret_coordinate::e"})", {.workspace = kWorkspace});
  bench.put("c", R"({"a":"y","b":{"deep":[1]}})", {.keep_old_ms = kHour});
  const auto two = bench.put("d", R"({"a":"z","b":"z"})");
  const auto twice = node(two.outcomes[0].coordinate);
  bench.put("d", R"({"a":)" + twice + R"(,"b":)" + twice + "}");
  REQUIRE(bench.configs().check(kSpec, R"({"a":"tried"})", {.id = "c"}).ok());
  REQUIRE(bench.configs().stage("c", kSpec, R"({"a":"staged"})").ok());
  const auto outside = bench.configs().stage("o", kSpec, R"({"a":"outside"})");
  REQUIRE(bench.configs().commit("o", outside->stage, {.outside = true}).ok());
  REQUIRE(bench.configs()
              .import_partial("i", kSpec, R"({"a":{"_secret":"airbyte_x_v3"}})",
                              R"({"airbyte_x_v3":"s"})")
              .ok());
  CHECK(differences(bench).empty());
  bench.clock.now += 3 * kHour;
  CHECK(differences(bench).empty());
  CHECK(sweep(bench, {}).differences.empty());
  REQUIRE(bench.configs().remove("d").ok());
  CHECK(differences(bench).empty());
}

TEST_CASE("A reference that was lost is found, and no sweep destroys what it was about") {
  Bench bench;
  const auto report = bench.put("c", R"({"a":"x","b":"y"})");
  const std::string a = report.outcomes[0].coordinate;
  lie(bench, [&](secrets::Transaction& t) -> Result<void> {
    COFFER_TRY(t.remove_reference(held(a)));
    return t.mark_unreachable(held(a).target, held(a).version);
  });
  CHECK(differences(bench) == Found{{Difference::Kind::unnoted, a}});
  VerifyReport verified;
  REQUIRE(configs::verify_reachability(*bench.engine, verified).ok());
  REQUIRE(verified.problems.size() == 1);
  CHECK(verified.problems[0] == "c: holds " + a + ", but no reference says so");

  bench.clock.now += kHour;
  const auto dry = sweep(bench, {.dry_run = true, .full = true});
  CHECK(dry.swept.empty());
  CHECK(dry.differences == verified.problems);
  CHECK(differences(bench).size() == 1);
  const auto swept = sweep(bench, {.full = true});
  CHECK(swept.swept.empty());
  CHECK(swept.differences == verified.problems);
  CHECK(differences(bench).empty());
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"y"})");
  // Mended, it is let go like any other.
  CHECK(bench.put("c", R"({"b":"y"})").destroyed == std::vector<std::string>{a});
}

TEST_CASE("A reference of a config that does not hold it is found and let go") {
  Bench bench;
  const std::string a = bench.put("c", R"({"a":"x"})").outcomes[0].coordinate;
  const std::string d = bench.put("d", R"({"a":"y"})").outcomes[0].coordinate;
  lie(bench, [&](secrets::Transaction& t) -> Result<void> {
    COFFER_TRY(t.add_reference(held(a, "gone")));
    COFFER_TRY(t.add_reference(held(d, "c")));
    return t.add_reference(configs::reference_to_spec("gone", "no spec"));
  });
  auto found = differences(bench);
  std::sort(found.begin(), found.end());
  CHECK(found == [&] {
    Found wanted{{Difference::Kind::unfounded, a},
                 {Difference::Kind::unfounded, d},
                 {Difference::Kind::unfounded, "spec of gone"}};
    std::sort(wanted.begin(), wanted.end());
    return wanted;
  }());
  REQUIRE(bench.configs().remove("c")->empty());  // Somebody seems to hold it.
  CHECK(sweep(bench, {.grace_ms = kHour, .full = true}).swept.empty());
  CHECK(differences(bench).empty());
  CHECK_FALSE(bench.state(a));
  bench.clock.now += kHour;
  const auto swept = sweep(bench, {.grace_ms = kHour, .full = true});
  REQUIRE(swept.swept.size() == 1);
  CHECK(swept.swept[0].path == held(a).target);
  CHECK(bench.state(a) == ErrorCode::not_found);
  CHECK(bench.show("d", ConfigForm::revealed) == R"({"a":"y"})");
}

TEST_CASE("A secret that nobody holds and no sweep would take is found and taken") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  const std::string base =
      format::print_managed_name({kWorkspace, "99999999-8888-4777-8666-555555555555"});
  lie(bench, [&](secrets::Transaction& t) -> Result<void> {
    secrets::PutRequest request;
    request.managed = true;
    COFFER_TRY(t.put(base, Value::json("\"lost\"").value(), request));
    return {};
  });
  const std::string coordinate = format::print_coordinate({base, 1});
  CHECK(differences(bench) == Found{{Difference::Kind::orphan, coordinate}});
  bench.clock.now += 1000 * kHour;
  REQUIRE(secrets::sweep(*bench.engine, {})->swept.empty());
  CHECK(sweep(bench, {.dry_run = true, .full = true}).swept.size() == 1);
  CHECK(sweep(bench, {.dry_run = true, .grace_ms = kHour, .full = true}).swept.empty());
  CHECK(sweep(bench, {.full = true}).swept.size() == 1);
  CHECK(bench.state(coordinate) == ErrorCode::not_found);
  CHECK(differences(bench).empty());
}

TEST_CASE("What a document holds and the store lost is named, and stays the caller's to mend") {
  Bench bench;
  const std::string a = bench.put("c", R"({"a":"x","b":"y"})").outcomes[0].coordinate;
  lie(bench, [&](secrets::Transaction& t) { return t.destroy(held(a).target, {1}); });
  CHECK(differences(bench) == Found{{Difference::Kind::gone, a}});
  CHECK(sweep(bench, {.full = true}).differences ==
        std::vector<std::string>{"c: holds " + a + ", which is gone"});
  bench.put("c", R"({"a":"again","b":"y"})");
  CHECK(differences(bench).empty());
}

TEST_CASE(
    "More lost secrets than are mended at once end the sweep all the same, and hide nothing") {
  Bench bench;
  constexpr int kMany = 4200;
  std::string values;
  for (int i = 0; i < kMany; ++i) values += (i == 0 ? "\"s" : ",\"s") + std::to_string(i) + "\"";
  const auto many = bench.put("c", R"({"list":[)" + values + "]}", {},
                              R"({"properties":{"list":{"items":{"airbyte_secret":true}}}})");
  REQUIRE(many.outcomes.size() == kMany);
  const std::string last = bench.put("d", R"({"a":"x"})").outcomes[0].coordinate;
  lie(bench, [&](secrets::Transaction& t) -> Result<void> {
    for (const ConfigOutcome& each : many.outcomes)
      COFFER_TRY(t.destroy(held(each.coordinate).target, {1}));
    return t.remove_reference(held(last, "d"));
  });
  CHECK(sweep(bench, {.full = true}).differences.size() == kMany + 1);
  CHECK(differences(bench).size() == kMany);  // What is gone stays so; the reference is back.
}

TEST_CASE("A lost reference to a spec is found and mended") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  std::string spec_id;
  const auto read = bench.engine->read([&](const secrets::View& view) -> Result<void> {
    spec_id = COFFER_TRY(configs::load_config(view, "c")).record.spec_id;
    return {};
  });
  REQUIRE(read.ok());
  const Reference reference = configs::reference_to_spec("c", spec_id);
  lie(bench, [&](secrets::Transaction& t) { return t.remove_reference(reference); });
  CHECK(differences(bench) == Found{{Difference::Kind::unnoted, "spec of c"}});
  sweep(bench, {.full = true});
  CHECK(differences(bench).empty());
  // Another config of the same spec comes and goes: the spec stays.
  bench.put("d", R"({"a":"x"})");
  REQUIRE(bench.configs().remove("d").ok());
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 1);
}

TEST_CASE("A note of an older engine, which no index knows, goes with a full sweep") {
  Bench bench;
  REQUIRE(bench.configs().check(kSpec, R"({"a":"x"})", {.id = "c"}).ok());
  const auto staged = bench.configs().stage("d", kSpec, R"({"a":"x"})");
  REQUIRE(staged.ok());
  std::vector<std::pair<std::string, std::int64_t>> notes;
  lie(bench, [&](secrets::Transaction& t) -> Result<void> {
    for (const std::string& id : COFFER_TRY(t.list_documents(secrets::DocumentKind::config)))
      notes.emplace_back(id, COFFER_TRY(configs::load_config(t, id)).record.expires_at_ms);
    for (const auto& [id, at] : notes)
      COFFER_TRY(t.clear_document_due(secrets::DocumentKind::config, id, at));
    return {};
  });
  CHECK(notes.size() == 2);
  bench.clock.now += 3 * kHour;
  REQUIRE(secrets::sweep(*bench.engine, {}, configs::sweep_notes).ok());
  CHECK(bench.document_count(secrets::DocumentKind::config) == 2);
  sweep(bench, {.full = true});
  CHECK(bench.document_count(secrets::DocumentKind::config) == 0);
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 0);
}

TEST_CASE("Notes go with the sweep after their time, by the time index alone") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  REQUIRE(bench.configs().check(kSpec, R"({"a":"x"})", {.id = "c", .ttl_ms = kHour}).ok());
  REQUIRE(bench.configs().check(kSpec, R"({"a":"x"})", {.id = "c", .ttl_ms = 2 * kHour}).ok());
  REQUIRE(bench.configs().check(kSpec, R"({"a":"x"})", {.id = "d", .ttl_ms = kHour}).ok());
  const auto sweep_now = [&] {
    REQUIRE(secrets::sweep(*bench.engine, {}, configs::sweep_notes).ok());
    return bench.document_count(secrets::DocumentKind::config);
  };
  bench.clock.now += kHour - 1;
  CHECK(sweep_now() == 3);
  bench.clock.now += 1;
  CHECK(sweep_now() == 2);
  bench.clock.now += kHour;
  CHECK(sweep_now() == 1);
  // What was ended before is not looked for when its time comes.
  REQUIRE(bench.configs().check(kSpec, R"({"a":"x"})", {.id = "d", .ttl_ms = kHour}).ok());
  REQUIRE(bench.configs().end_check_of("d").ok());
  bench.clock.now += kHour;
  CHECK(sweep_now() == 1);
  CHECK(bench.engine->verify()->problems.empty());
}

}  // namespace reachability_test
