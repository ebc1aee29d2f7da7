// Stage, commit, abandon; and checks that end before their time.
#include <thread>

#include "configs/outside_users.h"
#include "secrets/sweep.h"
#include "tests/unit/api/config_bench.h"

namespace config_stage_test {

using namespace config_bench;
using secrets::DocumentKind;

namespace {

ConfigPutReport stage(Bench& bench, const std::string& document,
                      const ConfigPutOptions& options = {}, std::int64_t lease_ms = kHour) {
  auto report = bench.configs().stage("c", kSpec, document, options, lease_ms);
  if (!report.ok()) FAIL(describe(report.error()));
  return std::move(*report);
}

std::vector<secrets::Reference> references(Bench& bench, const std::string& coordinate) {
  std::vector<secrets::Reference> found;
  const auto read = bench.engine->read([&](const secrets::View& view) -> Result<void> {
    found = COFFER_TRY(view.references_to(format::parse_coordinate(coordinate)->base));
    return {};
  });
  REQUIRE(read.ok());
  return found;
}

}  // namespace

TEST_CASE("A stage writes new versions and changes nothing until its commit") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x","b":"y"})", {.workspace = kWorkspace});
  const auto staged = stage(bench, R"({"a":"z","b":"**********","host":"h"})", {.revision = 1});
  CHECK(kinds(staged) == std::vector<Kind>{Kind::bumped, Kind::kept});
  CHECK(staged.revision == 1);
  CHECK(staged.destroyed.empty());
  CHECK(staged.expires_at_ms == bench.clock.now + kHour);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"y"})");
  CHECK(bench.configs().list()->size() == 1);

  const auto done = bench.configs().commit("c", staged.stage);
  REQUIRE(done.ok());
  CHECK(done->revision == 2);
  CHECK(done->partial.text() == staged.partial.text());
  CHECK(kinds(*done) == kinds(staged));
  CHECK(done->destroyed == std::vector<std::string>{first.outcomes[0].coordinate});
  CHECK(bench.state(first.outcomes[0].coordinate) == ErrorCode::destroyed);
  bench.clock.now += 10 * kHour;
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"z","b":"y","host":"h"})");
  CHECK(bench.document_count(DocumentKind::config) == 1);
  CHECK(bench.document_count(DocumentKind::spec) == 1);
}

TEST_CASE("A commit that was done answers again, and a later change ends that") {
  Bench bench;
  const auto staged = stage(bench, R"({"a":"x"})", {.revision = 0});
  CHECK(kinds(staged) == std::vector<Kind>{Kind::minted});
  REQUIRE(bench.configs().commit("c", staged.stage).ok());
  const auto again = bench.configs().commit("c", staged.stage);
  REQUIRE(again.ok());
  CHECK(again->revision == 1);
  CHECK(again->partial.text() == staged.partial.text());
  CHECK(bench.configs().get("c")->revision == 1);
  bench.put("c", R"({"a":"y"})");
  CHECK(bench.configs().commit("c", staged.stage).error().code() == ErrorCode::not_found);
  CHECK(bench.configs().abandon("c", staged.stage).error().code() == ErrorCode::not_found);
}

TEST_CASE("Of two stages on one revision the first commit wins and the other is a conflict") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  const auto one = stage(bench, R"({"a":"1"})");
  const auto two = stage(bench, R"({"a":"2","b":"new"})");
  CHECK(one.outcomes[0].coordinate != two.outcomes[0].coordinate);
  REQUIRE(bench.configs().commit("c", two.stage).ok());
  CHECK(bench.configs().commit("c", one.stage).error().code() == ErrorCode::conflict);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"2","b":"new"})");
  const auto gone = bench.configs().abandon("c", one.stage);
  CHECK(*gone == std::vector<std::string>{one.outcomes[0].coordinate});
  CHECK(bench.state(one.outcomes[0].coordinate) == ErrorCode::destroyed);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"2","b":"new"})");
  CHECK(bench.configs().stage("c", kSpec, "{}", {.revision = 1}).error().code() ==
        ErrorCode::conflict);
}

TEST_CASE("A stage upon a config that was deleted and made anew is a conflict") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  const auto staged = stage(bench, R"({"a":"y"})");
  REQUIRE(bench.configs().remove("c").ok());
  // Of the same revision, and even of the same text.
  CHECK(bench.put("c", R"({"a":"x"})").revision == 1);
  CHECK(bench.configs().commit("c", staged.stage).error().code() == ErrorCode::conflict);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x"})");
  CHECK(bench.configs().abandon("c", staged.stage).ok());
}

TEST_CASE("A name goes with its last version though one was destroyed before its end") {
  Bench bench;
  const std::string held = bench.put("c", R"({"a":"x"})").outcomes[0].coordinate;
  const auto coordinate = format::parse_coordinate(held);
  REQUIRE(coordinate);
  const auto write = [&](const auto& body) { REQUIRE(bench.engine->write(body).ok()); };
  write([&](secrets::Transaction& t) {
    return configs::add_outside_user(t, coordinate->base, coordinate->version, "job");
  });
  const auto staged = stage(bench, R"({"a":"y"})");
  REQUIRE(bench.configs().abandon("c", staged.stage).ok());
  REQUIRE(bench.configs().remove("c").ok());
  bench.clock.now += 3 * kHour;
  write([&](secrets::Transaction& t) {
    return configs::remove_outside_user(t, coordinate->base, coordinate->version, "job");
  });
  CHECK_FALSE(bench.state(held));
  REQUIRE(secrets::sweep(*bench.engine, {}).ok());
  CHECK(bench.state(held) == ErrorCode::not_found);
}

TEST_CASE("An abandoned stage leaves no secret, no spec and no note") {
  Bench bench;
  const auto staged = stage(bench, R"({"a":"x","b":"secret_coordinate::e"})");
  CHECK(bench.configs().abandon("d", staged.stage).error().code() == ErrorCode::not_found);
  CHECK(bench.configs().commit("d", staged.stage).error().code() == ErrorCode::not_found);
  CHECK(bench.configs().commit("c", "").error().code() == ErrorCode::not_found);
  const auto gone = bench.configs().abandon("c", staged.stage);
  CHECK(*gone == std::vector<std::string>{staged.outcomes[0].coordinate});
  CHECK(bench.secret_paths().empty());
  CHECK(bench.document_count(DocumentKind::spec) == 0);
  CHECK(bench.document_count(DocumentKind::config) == 0);
  CHECK(bench.configs().commit("c", staged.stage).error().code() == ErrorCode::not_found);
}

// [F-106]
TEST_CASE("A lease that ran out ends what was staged, to the millisecond") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  const auto staged = stage(bench, R"({"a":"y"})");
  bench.clock.now += kHour - 1;
  CHECK(bench.state(staged.outcomes[0].coordinate) == std::nullopt);
  bench.clock.now += 1;
  CHECK(bench.state(staged.outcomes[0].coordinate) == ErrorCode::expired);
  CHECK(bench.configs().commit("c", staged.stage).error().code() == ErrorCode::expired);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x"})");
  // The base goes on where it was: numbers are not given out twice.
  const auto next = bench.put("c", R"({"a":"z"})");
  CHECK(format::parse_coordinate(next.outcomes[0].coordinate)->version == 3);
  CHECK(bench.configs().stage("c", kSpec, "{}", {}, 0).error().code() == ErrorCode::usage);
  CHECK(bench.configs().stage("c", kSpec, "{}", {.keep_old_ms = 1}).error().code() ==
        ErrorCode::usage);
}

TEST_CASE("A stage takes over what a check minted, at its commit and not before") {
  Bench bench;
  const auto checked = bench.configs().check(kSpec, R"({"a":"x"})", {.id = "c"});
  const std::string coordinate = checked->outcomes[0].coordinate;
  const auto staged = stage(bench, R"({"a":"x","b":)" + node(coordinate) + "}", {}, 9 * kHour);
  CHECK(kinds(staged) == std::vector<Kind>{Kind::kept, Kind::kept});
  SECTION("In time") {
    REQUIRE(bench.configs().commit("c", staged.stage).ok());
    bench.clock.now += 3 * kHour;
    CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"x"})");
  }
  SECTION("Too late: the check's time was its own") {
    bench.clock.now += 3 * kHour;
    const auto late = bench.configs().commit("c", staged.stage);
    CHECK(late.error().code() == ErrorCode::expired);
    CHECK(late.error().subject()->text == "/a");
    CHECK(bench.configs().list()->empty());
  }
}

TEST_CASE("A document kept outside holds its secrets as an outside user") {
  Bench bench;
  const auto staged = stage(bench, R"({"a":"x","b":"y"})");
  const std::string a = staged.outcomes[0].coordinate, b = staged.outcomes[1].coordinate;
  REQUIRE(bench.configs().commit("c", staged.stage, {.outside = true}).ok());
  REQUIRE(references(bench, a).size() == 1);
  CHECK(references(bench, a)[0].user_kind == "external");
  CHECK(references(bench, a)[0].user == "c");
  CHECK(bench.configs().list()->front().outside);
  // The next stage builds on it; what it replaces goes.
  const auto next = stage(bench, R"({"a":"z","b":"**********"})", {.revision = 1});
  const auto done = bench.configs().commit("c", next.stage, {.outside = true});
  CHECK(done->destroyed == std::vector<std::string>{a});
  // Taken inside by a put, and back: nothing is destroyed on the way.
  const auto inside = bench.put("c", R"({"a":"z","b":"**********"})");
  CHECK(inside.destroyed.empty());
  REQUIRE(references(bench, b).size() == 1);
  CHECK(references(bench, b)[0].user_kind == "config");
  const auto back = stage(bench, R"({"a":"**********","b":"**********"})");
  REQUIRE(bench.configs().commit("c", back.stage, {.outside = true}).ok());
  CHECK(references(bench, b)[0].user_kind == "external");
  CHECK(bench.configs().remove("c")->size() == 2);
  CHECK(bench.secret_paths().empty());
}

TEST_CASE("Replaced versions may outlive a commit for a while") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x"})");
  const auto staged = stage(bench, R"({"a":"y"})");
  const auto done = bench.configs().commit("c", staged.stage, {.keep_old_ms = kHour});
  CHECK(done->destroyed.empty());
  CHECK(bench.state(first.outcomes[0].coordinate) == std::nullopt);
  bench.clock.now += kHour;
  CHECK(bench.state(first.outcomes[0].coordinate) == ErrorCode::expired);
}

TEST_CASE("A check ends before its time, by its document or by its id") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  SECTION("By its document, but for what the config holds") {
    const auto checked = bench.configs().check(kSpec, R"({"a":"**********","b":"y"})", {.id = "c"});
    const auto gone = bench.configs().end_check(checked->partial.text());
    CHECK(*gone == std::vector<std::string>{checked->outcomes[1].coordinate});
    CHECK(bench.configs().end_check(checked->partial.text())->empty());
    CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x"})");
  }
  SECTION("By its id") {
    const auto checked = bench.configs().check(kSpec, R"({"a":"1","b":"2"})", {.id = "c"});
    CHECK(bench.configs().end_check_of("c")->size() == 2);
    CHECK(bench.state(checked->outcomes[0].coordinate) == ErrorCode::not_found);
    CHECK(bench.configs().end_check_of("c").error().code() == ErrorCode::not_found);
  }
  SECTION("What was taken over stays") {
    const auto checked = bench.configs().check(kSpec, R"({"a":"1"})", {.id = "c"});
    REQUIRE(bench.configs().put("c", kSpec, checked->partial.text()).ok());
    CHECK(bench.configs().end_check(checked->partial.text())->empty());
    CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"1"})");
  }
  CHECK(bench.secret_paths().size() == 1);
}

TEST_CASE("What a check minted is a config's alone once it was taken over") {
  Bench bench;
  const auto minted_by = [&](const std::string& coordinate) {
    bool noted = false;
    const auto read = bench.engine->read([&](const secrets::View& view) -> Result<void> {
      const auto metadata = COFFER_TRY(view.metadata(format::parse_coordinate(coordinate)->base));
      noted = metadata.custom.count(secrets::kMintedByKey) != 0;
      return {};
    });
    REQUIRE(read.ok());
    return noted;
  };
  const auto checked = bench.configs().check(kSpec, R"({"a":"x","b":"y"})", {.id = "c"});
  const std::string a = checked->outcomes[0].coordinate, b = checked->outcomes[1].coordinate;
  CHECK(minted_by(a));
  bench.put("c", R"({"a":"x"})");
  CHECK_FALSE(minted_by(a));
  CHECK(minted_by(b));
  // By its coordinate, and by a commit, too.
  bench.put("d", R"({"a":)" + node(b) + "}");
  CHECK_FALSE(minted_by(b));
  const auto third = bench.configs().check(kSpec, R"({"a":"z"})", {});
  const std::string z = third->outcomes[0].coordinate;
  const auto staged = bench.configs().stage("e", kSpec, std::string(third->partial.text()));
  REQUIRE(staged.ok());
  CHECK(minted_by(z));
  REQUIRE(bench.configs().commit("e", staged->stage).ok());
  CHECK_FALSE(minted_by(z));
  // Kept for a while after its replacement, it is no check's either: nobody may end it.
  bench.put("c", R"({"a":"new"})", {.keep_old_ms = kHour});
  const auto ended = bench.configs().end_check(std::string(checked->partial.text()));
  REQUIRE(ended.ok());
  CHECK(ended->empty());
  CHECK_FALSE(bench.state(a));
}

TEST_CASE("A stage may stand on the document as its caller keeps it") {
  constexpr char kList[] =
      R"({"properties":{"l":{"items":{"properties":{"n":{},"p":{"airbyte_secret":true}}}}}})";
  Bench bench;
  const auto first = bench.configs().stage(
      "c", kList, R"({"l":[{"n":"a","p":"1"},{"n":"b","p":"2"}]})", {.workspace = kWorkspace});
  REQUIRE(bench.configs().commit("c", first->stage, {.outside = true}).ok());
  const std::string a = node(first->outcomes[0].coordinate),
                    b = node(first->outcomes[1].coordinate);
  // In the caller's database one was renamed and the order changed, which nobody told us.
  const std::string own = R"({"l":[{"n":"b","p":)" + b + R"(},{"n":"z","p":)" + a + "}]}";
  const std::string masked = R"({"l":[{"n":"z","p":"**********"},{"n":"b","p":"new"}]})";
  const auto stage_against = [&](const std::string& against) {
    return bench.configs().stage("c", kList, masked, {}, kHour, against);
  };
  CHECK(bench.configs().stage("c", kList, masked).error().code() == ErrorCode::usage);
  const auto staged = stage_against(own);
  REQUIRE(staged.ok());
  CHECK(kinds(*staged) == std::vector<Kind>{Kind::kept, Kind::bumped});
  CHECK(node(staged->outcomes[0].coordinate) == a);
  const auto done = bench.configs().commit("c", staged->stage, {.outside = true});
  REQUIRE(done.ok());
  CHECK(done->destroyed == std::vector<std::string>{first->outcomes[1].coordinate});
  CHECK(bench.show("c", ConfigForm::revealed) ==
        R"({"l":[{"n":"z","p":"1"},{"n":"b","p":"new"}]})");
  // Nothing comes in by it that the config does not hold, and no value.
  const auto other = bench.put("d", R"({"a":"theirs"})");
  for (const std::string& wrong :
       {R"({"l":[{"n":"z","p":)" + node(other.outcomes[0].coordinate) + "}]}",
        R"({"l":[{"n":"z","p":)" + b + "}]}", std::string(R"({"l":[{"n":"z","p":"**********"}]})"),
        std::string(R"({"l":[{"n":"z","p":"secret_coordinate::x"}]})"),
        std::string(R"({"l":[{"n":"z","p":{"_secret":1}}]})")}) {
    INFO(wrong);
    const auto refused = stage_against(wrong);
    CHECK(refused.error().code() == ErrorCode::usage);
    CHECK(refused.error().subject()->text == "/l/0/p");
  }
  CHECK(stage_against("{").error().code() == ErrorCode::usage);
}

}  // namespace config_stage_test
