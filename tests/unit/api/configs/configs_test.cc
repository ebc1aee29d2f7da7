// Configs through the real engine: what is stored, what is reached, what goes.
#include <coffer/configs.h>
#include <coffer/key_source.h>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "format/names.h"
#include "secrets/engine.h"
#include "tests/unit/api/config_bench.h"

namespace configs_test {

using namespace coffer;
using namespace config_bench;

namespace {

constexpr char kAMask[] = R"({"a":"**********"})";

}  // namespace

TEST_CASE("A config goes in whole and comes out partial, masked or revealed") {
  Bench bench;
  const std::string full = R"({"host":"h", "a":"x","b":{"k":1.50}})";
  const auto report = bench.put("etl/job", full, {.workspace = kWorkspace});
  CHECK(report.id == "etl/job");
  CHECK(report.revision == 1);
  CHECK(kinds(report) == std::vector<Kind>{Kind::minted, Kind::minted});
  CHECK(report.destroyed.empty());
  const std::string a = report.outcomes[0].coordinate;
  const auto parsed = format::parse_coordinate(a);
  REQUIRE(parsed);
  CHECK(parsed->version == 1);
  const auto name = format::parse_managed_name(parsed->base);
  REQUIRE(name);
  CHECK(name->workspace == kWorkspace);

  const std::string partial =
      R"({"host":"h", "a":)" + node(a) + R"(,"b":)" + node(report.outcomes[1].coordinate) + "}";
  CHECK(report.partial.text() == partial);
  bench.open();
  CHECK(bench.show("etl/job", ConfigForm::partial) == partial);
  CHECK(bench.show("etl/job", ConfigForm::masked) ==
        R"({"host":"h", "a":"**********","b":"**********"})");
  CHECK(bench.show("etl/job", ConfigForm::revealed) == full);
  CHECK(bench.configs().hydrate_for("etl/job", partial)->text() == full);
  CHECK(bench.configs().hydrate_with(kSpec, partial)->text() == full);
  CHECK(bench.configs().hydrate(partial)->text() == full);

  const auto list = bench.configs().list();
  REQUIRE(list.ok());
  REQUIRE(list->size() == 1);
  CHECK(list->front().id == "etl/job");
  CHECK(list->front().secret_count == 2);
  CHECK(list->front().updated_at_ms == bench.clock.now);
  CHECK(bench.configs().get("etl/job")->workspace == kWorkspace);
}

TEST_CASE("An equal value is kept, another bumps, and what is replaced is destroyed") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x","b":"y"})");
  const auto second = bench.put("c", R"({"a":"x","b":"z"})");
  CHECK(second.revision == 2);
  CHECK(kinds(second) == std::vector<Kind>{Kind::kept, Kind::bumped});
  CHECK(second.outcomes[0].coordinate == first.outcomes[0].coordinate);
  CHECK(second.destroyed == std::vector<std::string>{first.outcomes[1].coordinate});
  CHECK(bench.state(first.outcomes[1].coordinate) == ErrorCode::destroyed);
  const auto old_b = format::parse_coordinate(first.outcomes[1].coordinate);
  CHECK(second.outcomes[1].coordinate == format::print_coordinate({old_b->base, 2}));
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"z"})");
}

TEST_CASE("A secret bumped many times keeps only what is referred to") {
  Bench bench;
  for (int i = 0; i < 15; ++i) bench.put("c", R"({"a":)" + std::to_string(i) + "}");
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":14})");
  CHECK(bench.secret_paths().size() == 1);
}

TEST_CASE("What leaves the document is removed and gone with its name") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x","b":"y"})");
  const auto second = bench.put("c", R"({"a":"x"})");
  CHECK(kinds(second) == std::vector<Kind>{Kind::kept, Kind::removed});
  CHECK(second.outcomes[1].pointer == "/b");
  CHECK(second.outcomes[1].coordinate == first.outcomes[1].coordinate);
  CHECK(second.destroyed == std::vector<std::string>{first.outcomes[1].coordinate});
  CHECK(bench.state(first.outcomes[1].coordinate) == ErrorCode::not_found);
  CHECK(bench.secret_paths().size() == 1);
}

TEST_CASE("Replaced versions live on for the grace, to the millisecond") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x"})");
  const std::string old = first.outcomes[0].coordinate;
  const auto second = bench.put("c", R"({"a":"y"})", {.keep_old_ms = kHour});
  CHECK(second.destroyed.empty());
  bench.clock.now += kHour - 1;
  CHECK(bench.state(old) == std::nullopt);
  // Within the grace the old version may be put back, and then no longer ends.
  const auto third = bench.put("c", R"({"a":)" + node(old) + "}", {.keep_old_ms = kHour});
  CHECK(kinds(third)[0] == Kind::kept);
  bench.clock.now += 1;
  CHECK(bench.state(old) == std::nullopt);
  bench.clock.now += kHour;
  CHECK(bench.state(old) == std::nullopt);
  CHECK(bench.state(second.outcomes[0].coordinate) == ErrorCode::expired);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x"})");
}

TEST_CASE("A revision that is not the stored one is a conflict and changes nothing") {
  Bench bench;
  CHECK(bench.put("c", R"({"a":"x"})", {.revision = 0}).revision == 1);
  for (const std::uint64_t revision : {0u, 2u}) {
    const auto result = bench.configs().put("c", kSpec, R"({"a":"y"})", {.revision = revision});
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::conflict);
  }
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x"})");
  CHECK(bench.put("c", R"({"a":"y"})", {.revision = 1}).revision == 2);
}

TEST_CASE("Of two updates that saw the same revision one wins and one is told") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  std::atomic<int> won{0}, lost{0};
  auto update = [&](const std::string& value) {
    const auto result =
        bench.configs().put("c", kSpec, R"({"a":")" + value + "\"}", {.revision = 1});
    if (result.ok()) ++won;
    if (!result.ok() && result.error().code() == ErrorCode::conflict) ++lost;
  };
  std::thread one(update, "y"), two(update, "z");
  one.join();
  two.join();
  CHECK(won == 1);
  CHECK(lost == 1);
  CHECK(bench.secret_paths().size() == 1);
}

TEST_CASE("A put that fails midway leaves nothing behind") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x"})");
  const std::string big(std::size_t{1} << 20, 'v');
  struct Case {
    std::string document;
    ErrorCode code;
    std::string pointer;
  };
  for (const Case& each : std::vector<Case>{
           {R"({"a":"new","b":")" + big + "\"}", ErrorCode::limit, "/b"},
           {R"({"a":"new","b":"**********"})", ErrorCode::usage, "/b"},
           {R"({"a":"new","host":{"_secret":"c"}})", ErrorCode::usage, "/host"},
       }) {
    const auto result = bench.configs().put("c", kSpec, each.document, {});
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == each.code);
    REQUIRE(result.error().subject() != nullptr);
    CHECK(result.error().subject()->text == each.pointer);
    CHECK(bench.secret_paths().size() == 1);
    CHECK(bench.state(first.outcomes[0].coordinate) == std::nullopt);
    CHECK(bench.configs().get("c")->revision == 1);
  }
}

TEST_CASE("Bad names, workspaces and texts are refused") {
  Bench bench;
  auto code = [&](const std::string& id, const std::string& spec, const std::string& document,
                  const std::string& workspace) {
    const auto result = bench.configs().put(id, spec, document, {.workspace = workspace});
    return result.ok() ? std::optional<ErrorCode>() : result.error().code();
  };
  const std::string nil(kNilWorkspace);
  CHECK(code("", kSpec, "{}", nil) == ErrorCode::usage);
  CHECK(code("a\x01", kSpec, "{}", nil) == ErrorCode::usage);
  CHECK(code("\x01"
             "check/c",
             kSpec, "{}", nil) == ErrorCode::usage);
  CHECK(code(std::string(1025, 'a'), kSpec, "{}", nil) == ErrorCode::limit);
  CHECK(code("c", kSpec, "{}", "x") == ErrorCode::usage);
  CHECK(code("c", kSpec, "{}", "AAAAAAAA-2222-3333-4444-555555555555") == ErrorCode::usage);
  CHECK(code("c", kSpec, R"({"a":1,"a":2})", nil) == ErrorCode::usage);
  CHECK(code("c", "{", "{}", nil) == ErrorCode::usage);
  CHECK(code("c", R"({"airbyte_secret":"yes"})", "{}", nil) == ErrorCode::usage);
  CHECK(code("c", kSpec, std::string((std::size_t{4} << 20) + 1, ' '), nil) == ErrorCode::limit);
  CHECK(bench.configs().get("c").error().code() == ErrorCode::not_found);
  CHECK(bench.configs().remove("c").error().code() == ErrorCode::not_found);
  CHECK(bench.configs().hydrate_for("c", "{}").error().code() == ErrorCode::not_found);
}

TEST_CASE("A config stays in its workspace") {
  Bench bench;
  bench.put("c", R"({"a":"x"})", {.workspace = kWorkspace});
  const auto report = bench.put("c", R"({"a":"x","b":"y"})");
  CHECK(format::parse_managed_name(format::parse_coordinate(report.outcomes[1].coordinate)->base)
            ->workspace == kWorkspace);
  const auto moved =
      bench.configs().put("c", kSpec, "{}", {.workspace = "99999999-2222-3333-4444-555555555555"});
  CHECK(moved.error().code() == ErrorCode::usage);
}

TEST_CASE("Removing a config takes along what only it reached") {
  Bench bench;
  const auto one = bench.put("one", R"({"a":"x","b":"y"})");
  bench.put("two", R"({"a":"z"})");
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 1);
  const auto destroyed = bench.configs().remove("one");
  REQUIRE(destroyed.ok());
  CHECK(destroyed->size() == 2);
  CHECK(bench.state(one.outcomes[0].coordinate) == ErrorCode::not_found);
  CHECK(bench.configs().get("one").error().code() == ErrorCode::not_found);
  CHECK(bench.secret_paths().size() == 1);
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 1);
  CHECK(bench.show("two", ConfigForm::revealed) == R"({"a":"z"})");
  REQUIRE(bench.configs().remove("two").ok());
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 0);
  CHECK(bench.document_count(secrets::DocumentKind::config) == 0);
  CHECK(bench.secret_paths().empty());
}

TEST_CASE("What somebody else refers to is let go, not destroyed") {
  Bench bench;
  const auto report = bench.put("c", R"({"a":"x"})");
  const std::string coordinate = report.outcomes[0].coordinate;
  const auto parsed = format::parse_coordinate(coordinate);
  for (const std::uint64_t version : {std::uint64_t{1}, std::uint64_t{0}}) {
    const secrets::Reference other{parsed->base, version, "external", "somebody"};
    REQUIRE(
        bench.engine->write([&](secrets::Transaction& t) { return t.add_reference(other); }).ok());
    if (version == 0) break;
  }
  const auto destroyed = bench.configs().remove("c");
  REQUIRE(destroyed.ok());
  CHECK(destroyed->empty());
  CHECK(bench.state(coordinate) == std::nullopt);
}

TEST_CASE("A new spec replaces the old one, which goes where nobody uses it") {
  Bench bench;
  bench.put("c", R"({"a":"x","host":"h"})");
  const std::string wider = R"({"additionalProperties":{"airbyte_secret":true}})";
  const auto report = bench.put("c", R"({"a":"x","host":"h"})", {}, wider);
  CHECK(kinds(report) == std::vector<Kind>{Kind::kept, Kind::minted});
  CHECK(bench.document_count(secrets::DocumentKind::spec) == 1);
  CHECK(bench.show("c", ConfigForm::masked) == R"({"a":"**********","host":"**********"})");
}

TEST_CASE("A coordinate from elsewhere is refused, each with its own error") {
  Bench bench;
  const auto other = bench.put("other", R"({"a":"theirs"})", {.workspace = kWorkspace});
  const std::string theirs = other.outcomes[0].coordinate;
  const auto by_hand = format::parse_coordinate("airbyte_by_hand_v1");
  REQUIRE(bench.engine
              ->write([&](secrets::Transaction& t) -> Result<void> {
                COFFER_TRY(t.put(by_hand->base, Value::opaque("mine")));
                return {};
              })
              .ok());
  const std::string unknown = "airbyte_workspace_" + std::string(kWorkspace) + "_secret_" +
                              std::string(kNilWorkspace) + "_v1";
  const auto elsewhere = bench.put("elsewhere", R"({"a":"far"})",
                                   {.workspace = "99999999-2222-3333-4444-555555555555"});
  struct Case {
    std::string coordinate;
    ErrorCode code;
  };
  std::set<std::string> texts;
  for (const Case& each : std::vector<Case>{{theirs, ErrorCode::usage},
                                            {"airbyte_by_hand_v1", ErrorCode::usage},
                                            {unknown, ErrorCode::not_found},
                                            {"free/name", ErrorCode::usage}}) {
    INFO(each.coordinate);
    const std::string document = R"({"a":)" + node(each.coordinate) + "}";
    const auto put = bench.configs().put("c", kSpec, document, {.workspace = kWorkspace});
    REQUIRE_FALSE(put.ok());
    CHECK(put.error().code() == each.code);
    CHECK(put.error().subject()->text == "/a");
    CHECK(texts.insert(std::string(put.error().text())).second);
  }
  const auto wrong = [&](const std::string& coordinate) {
    return bench.configs()
        .put("c", kSpec, R"({"a":)" + node(coordinate) + "}", {.workspace = kWorkspace})
        .error()
        .text();
  };
  CHECK(wrong("airbyte_x_v007") == wrong("free/name"));
  REQUIRE(bench.engine
              ->write([&](secrets::Transaction& t) {
                const auto parsed = format::parse_coordinate(elsewhere.outcomes[0].coordinate);
                return t.remove_reference({parsed->base, 1, "config", "elsewhere"});
              })
              .ok());
  CHECK(wrong(elsewhere.outcomes[0].coordinate) == "this coordinate belongs to another workspace");
  REQUIRE(bench.engine
              ->write([&](secrets::Transaction& t) {
                const auto parsed = format::parse_coordinate(theirs);
                return t.remove_reference({parsed->base, 1, "config", "other"});
              })
              .ok());
  CHECK(wrong(theirs) == "this coordinate no longer belongs to any config");
  // Hydrate of a config gives only what that config holds.
  bench.put("c", "{}", {.workspace = kWorkspace});
  CHECK(bench.configs().hydrate_for("c", R"({"a":)" + node(unknown) + "}").error().code() ==
        ErrorCode::not_found);
  bench.put("c", R"({"a":"own"})", {.workspace = kWorkspace});
  const std::string foreign = R"({"a":)" + node(theirs) + "}";
  CHECK(bench.configs().hydrate_for("c", foreign).error().code() == ErrorCode::usage);
  CHECK(bench.configs().hydrate_with(kSpec, foreign)->text() == R"({"a":"theirs"})");
  const std::string hand = R"({"a":{"_secret":"airbyte_by_hand_v1"}})";
  CHECK(bench.configs().hydrate_with(kSpec, hand).error().code() == ErrorCode::usage);
  CHECK(bench.configs().hydrate(hand).error().code() == ErrorCode::usage);
}

TEST_CASE("A version replaced by one config may not be taken in by another") {
  Bench bench;
  const auto first = bench.put("one", R"({"a":"x"})", {.workspace = kWorkspace});
  bench.put("one", R"({"a":"y"})", {.workspace = kWorkspace, .keep_old_ms = kHour});
  const auto stolen =
      bench.configs().put("two", kSpec, R"({"a":)" + node(first.outcomes[0].coordinate) + "}",
                          {.workspace = kWorkspace});
  CHECK(stolen.error().code() == ErrorCode::usage);
}

TEST_CASE("Masks come back as what is stored, and change nothing") {
  Bench bench;
  bench.put("c", R"({"host":"x","a":"x","b":"secret_coordinate::e"})");
  const std::string shown = bench.show("c", ConfigForm::masked);
  CHECK(shown == R"({"host":"**********","a":"**********","b":"secret_coordinate::e"})");
  const auto report = bench.put("c", shown);
  CHECK(kinds(report) == std::vector<Kind>{Kind::kept, Kind::external});
  CHECK(report.destroyed.empty());
  CHECK(bench.show("c", ConfigForm::partial).find("secret_coordinate::e") != std::string::npos);
  const auto revealed = bench.configs().get("c", ConfigForm::revealed);
  CHECK(revealed.error().code() == ErrorCode::usage);
  CHECK(revealed.error().subject()->text == "/b");
  CHECK(bench.configs().put("new", kSpec, kAMask).error().code() == ErrorCode::usage);
}

TEST_CASE("Compat always bumps and hydrates strings") {
  Bench bench;
  const ConfigPutOptions compat{.compat_airbyte = true};
  bench.put("c", R"({"a":5})", compat);
  const auto second = bench.put("c", R"({"a":5})", compat);
  CHECK(kinds(second) == std::vector<Kind>{Kind::bumped});
  CHECK(second.destroyed.size() == 1);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"5"})");
}

TEST_CASE("A check's secrets end with their time and leave no config") {
  Bench bench;
  const auto report = bench.configs().check(kSpec, R"({"a":"x"})", {});
  REQUIRE(report.ok());
  const std::string coordinate = report->outcomes[0].coordinate;
  CHECK(format::parse_managed_name(format::parse_coordinate(coordinate)->base)->workspace ==
        kNilWorkspace);
  CHECK(bench.configs().hydrate_with(kSpec, report->partial.text())->text() == R"({"a":"x"})");
  CHECK(bench.configs().list()->empty());
  CHECK(bench.document_count(secrets::DocumentKind::config) == 0);
  bench.clock.now += 2 * kHour - 1;
  CHECK(bench.state(coordinate) == std::nullopt);
  bench.clock.now += 1;
  CHECK(bench.state(coordinate) == ErrorCode::expired);
  const auto late = bench.configs().hydrate_with(kSpec, report->partial.text());
  CHECK(late.error().code() == ErrorCode::expired);
  CHECK(late.error().subject()->text == "/a");
  CHECK(bench.configs().put("c", kSpec, report->partial.text()).error().code() ==
        ErrorCode::expired);
  CHECK(bench.configs().check(kSpec, "{}", {.ttl_ms = 0}).error().code() == ErrorCode::usage);
}

TEST_CASE("A put with a check's coordinates promotes them") {
  Bench bench;
  const auto checked = bench.configs().check(kSpec, R"({"a":"x"})", {});
  const std::string coordinate = checked->outcomes[0].coordinate;
  const auto report =
      bench.put("c", R"({"a":)" + node(coordinate) + R"(,"b":)" + node(coordinate) + "}",
                {.workspace = kWorkspace});
  CHECK(kinds(report) == std::vector<Kind>{Kind::kept, Kind::kept});
  CHECK(bench.secret_paths().size() == 1);
  bench.clock.now += 3 * kHour;
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"x"})");
  // It is this config's now, also while a replaced version waits for its end.
  bench.put("c", R"({"a":"y"})", {.keep_old_ms = kHour});
  const auto stolen = bench.configs().put("d", kSpec, R"({"a":)" + node(coordinate) + "}");
  CHECK(stolen.error().code() == ErrorCode::usage);
  REQUIRE(bench.configs().remove("c").ok());
  CHECK(bench.state(coordinate).value_or(ErrorCode::failed) != ErrorCode::corrupt);
}

TEST_CASE("A put of the same id promotes equal values") {
  Bench bench;
  const auto checked = bench.configs().check(kSpec, R"({"a":"x","b":"y"})", {.id = "c"});
  REQUIRE(checked.ok());
  CHECK(bench.configs().list()->empty());
  CHECK(bench.configs().get("c").error().code() == ErrorCode::not_found);
  const auto report = bench.put("c", R"({"a":"x","b":"z"})");
  CHECK(kinds(report) == std::vector<Kind>{Kind::kept, Kind::minted});
  CHECK(report.outcomes[0].coordinate == checked->outcomes[0].coordinate);
  CHECK(bench.document_count(secrets::DocumentKind::config) == 1);
  bench.clock.now += 3 * kHour;
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"z"})");
  CHECK(bench.state(checked->outcomes[1].coordinate) == ErrorCode::expired);
}

TEST_CASE("A check of a stored config builds on it and changes nothing of it") {
  Bench bench;
  const auto stored = bench.put("c", R"({"a":"x","b":"y"})");
  const auto checked = bench.configs().check(kSpec, R"({"a":"**********","b":"new"})", {.id = "c"});
  REQUIRE(checked.ok());
  CHECK(kinds(*checked) == std::vector<Kind>{Kind::kept, Kind::minted});
  CHECK(checked->outcomes[0].coordinate == stored.outcomes[0].coordinate);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"x","b":"y"})");
  const auto report = bench.put("c", R"({"a":"**********","b":"new"})");
  CHECK(report.outcomes[1].coordinate == checked->outcomes[1].coordinate);
  CHECK(report.destroyed == std::vector<std::string>{stored.outcomes[1].coordinate});
  // Without an id there is nothing to restore from.
  CHECK(bench.configs().check(kSpec, kAMask, {}).error().code() == ErrorCode::usage);
}

TEST_CASE("A check whose time is over promotes nothing") {
  Bench bench;
  const auto checked = bench.configs().check(kSpec, R"({"a":"x"})", {.id = "c", .ttl_ms = kHour});
  bench.clock.now += kHour;
  const auto report = bench.put("c", R"({"a":"x"})");
  CHECK(report.outcomes[0].coordinate != checked->outcomes[0].coordinate);
}

TEST_CASE("A secret lost by hand is an error that names its place, and is minted anew") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x","b":"y"})");
  const auto parsed = format::parse_coordinate(first.outcomes[0].coordinate);
  REQUIRE(bench.engine->write([&](secrets::Transaction& t) { return t.erase(parsed->base); }).ok());
  const auto revealed = bench.configs().get("c", ConfigForm::revealed);
  CHECK(revealed.error().code() == ErrorCode::not_found);
  CHECK(revealed.error().subject()->text == "/a");
  CHECK(bench.show("c", ConfigForm::masked) == R"({"a":"**********","b":"**********"})");
  const auto report = bench.put("c", R"({"a":"x","b":"y"})");
  CHECK(kinds(report) == std::vector<Kind>{Kind::minted, Kind::kept, Kind::removed});
}

TEST_CASE("No plaintext of a secret or document reaches the disk") {
  Bench bench;
  const std::string secret = "correct-horse-battery-staple";
  const std::string host = "very-particular-host-name";
  bench.put("particular-config-id", R"({"a":")" + secret + R"(","host":")" + host + "\"}");
  REQUIRE(bench.configs().check(kSpec, R"({"b":")" + secret + "2\"}", {.id = "z"}).ok());
  bench.engine.reset();
  for (const auto& entry : std::filesystem::directory_iterator(bench.store)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const std::string& needle : {secret, host, std::string("particular-config-id"),
                                      std::string("airbyte_secret"), std::string("_secret_")}) {
      INFO(entry.path().filename().string() << ": " << needle);
      CHECK(bytes.find(needle) == std::string::npos);
    }
  }
}

TEST_CASE("Secrets kept elsewhere come through the resolver that the caller registers") {
  Bench bench;
  bench.put("c", R"({"a":"x","b":"secret_coordinate::vault/b"})");
  std::vector<std::string> asked;
  const Configs configs =
      bench.configs().with_resolver([&](std::string_view name) -> Result<SecretBytes> {
        asked.emplace_back(name);
        // No lock of the store is held: it may be asked and written.
        COFFER_TRY(bench.configs().put("other", kSpec, R"({"a":1})"));
        return SecretBytes::copy_of("5.0");
      });
  auto resolved = configs;
  CHECK(resolved.get("c", ConfigForm::revealed)->document.text() == R"({"a":"x","b":5.0})");
  CHECK(resolved.hydrate_for("c", R"({"b":"secret_coordinate::vault/b"})")->text() ==
        R"({"b":5.0})");
  CHECK(asked == std::vector<std::string>{"vault/b", "vault/b"});
  CHECK(resolved.hydrate_for("c", R"({"b":"secret_coordinate::vault/c"})").error().code() ==
        ErrorCode::usage);
  CHECK(resolved.hydrate_with(kSpec, R"({"b":"secret_coordinate::any"})")->text() ==
        R"({"b":5.0})");
  CHECK(resolved.hydrate(R"({"z":["secret_coordinate::any"]})")->text() == R"({"z":[5.0]})");
  CHECK(asked.size() == 4);
  CHECK(bench.configs().get("c", ConfigForm::revealed).error().code() == ErrorCode::usage);
}

TEST_CASE("A view tells which plain values it hides, and shows coordinates where asked") {
  Bench bench;
  const auto report = bench.put("c", R"({"host":{"u":["x",5]},"a":"x","b":5})");
  const auto masked = bench.configs().get("c");
  CHECK(masked->document.text() ==
        R"({"host":{"u":["**********","**********"]},"a":"**********","b":"**********"})");
  CHECK(masked->hidden == std::vector<std::string>{"/host/u/0", "/host/u/1"});
  const std::string coordinates = bench.show("c", ConfigForm::coordinates);
  CHECK(coordinates == R"({"host":{"u":["**********","**********"]},"a":)" +
                           node(report.outcomes[0].coordinate) + R"(,"b":)" +
                           node(report.outcomes[1].coordinate) + "}");
  for (const std::string& shown : {std::string(masked->document.text()), coordinates}) {
    CHECK(kinds(bench.put("c", shown)) == std::vector<Kind>{Kind::kept, Kind::kept});
    CHECK(bench.show("c", ConfigForm::revealed) == R"({"host":{"u":["x",5]},"a":"x","b":5})");
  }
}

TEST_CASE("Documents too deep, of too many values or too large are told apart") {
  Bench bench;
  const auto text_of = [&](const std::string& document) {
    const auto result = bench.configs().put("c", kSpec, document);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::limit);
    return std::string(result.error().text());
  };
  std::string many = "[0";
  for (int i = 0; i < 1'000'000; ++i) many += ",0";
  std::set<std::string> texts;
  texts.insert(text_of(std::string(200, '[') + std::string(200, ']')));
  texts.insert(text_of(many + "]"));
  texts.insert(text_of("\"" + std::string(std::size_t{4} << 20, 'a') + "\""));
  CHECK(texts.size() == 3);
  CHECK(bench.secret_paths().empty());
}

TEST_CASE("Either bump policy may be asked for, in compat as well") {
  Bench bench;
  bench.put("c", R"({"a":"x"})");
  CHECK(kinds(bench.put("c", R"({"a":"x"})", {.bump = ConfigBump::always})) ==
        std::vector<Kind>{Kind::bumped});
  CHECK(kinds(bench.put("c", R"({"a":"x"})", {.bump = ConfigBump::changed})) ==
        std::vector<Kind>{Kind::kept});
  CHECK(kinds(bench.put("c", R"({"a":"x"})",
                        {.compat_airbyte = true, .bump = ConfigBump::changed})) ==
        std::vector<Kind>{Kind::kept});
}

TEST_CASE("Several bumps of one base in one put end with one live version") {
  Bench bench;
  const auto first = bench.put("c", R"({"a":"x"})");
  const std::string both = node(first.outcomes[0].coordinate);
  bench.put("c", R"({"a":)" + both + R"(,"b":)" + both + "}");
  const auto last = bench.put("c", R"({"a":"1","b":"2"})");
  CHECK(kinds(last) == std::vector<Kind>{Kind::bumped, Kind::minted});
  CHECK(last.destroyed == std::vector<std::string>{first.outcomes[0].coordinate});
  CHECK(bench.state(first.outcomes[0].coordinate) == ErrorCode::destroyed);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"1","b":"2"})");
}

TEST_CASE("A partial update keeps, bumps, mints and removes like a put") {
  Bench bench;
  const auto first = bench.put("c", R"({"host":"h","a":"x","b":{"k":1}})");
  const auto report = bench.configs().patch("c", R"({"host":null,"a":"y"})", {.revision = 1});
  REQUIRE(report.ok());
  CHECK(kinds(*report) == std::vector<Kind>{Kind::bumped, Kind::kept});
  CHECK(report->revision == 2);
  CHECK(report->destroyed == std::vector<std::string>{first.outcomes[0].coordinate});
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"y","b":{"k":1}})");
  CHECK(bench.configs().patch("c", "{}", {.revision = 1}).error().code() == ErrorCode::conflict);
  CHECK(bench.configs().patch("d", "{}").error().code() == ErrorCode::not_found);
  CHECK(bench.configs().patch("c", R"({"host":"**********"})").error().code() == ErrorCode::usage);
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"y","b":{"k":1}})");

  REQUIRE(bench.configs().patch("c", R"({"b":{"k":2},"a":"**********"})").ok());
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"y","b":{"k":2}})");
  const auto removed = bench.configs().patch("c", R"({"b":null})");
  CHECK(kinds(*removed) == std::vector<Kind>{Kind::kept, Kind::removed});
  CHECK(bench.secret_paths().size() == 1);
  // A newer spec takes what it calls secret out of the document, named or not.
  REQUIRE(bench.configs().patch("c", R"({"host":"h"})").ok());
  const std::string newer = R"({"additionalProperties":{"airbyte_secret":true}})";
  const auto respecced = bench.configs().patch("c", "{}", {}, newer);
  CHECK(kinds(*respecced) == std::vector<Kind>{Kind::kept, Kind::minted});
  CHECK(bench.show("c", ConfigForm::masked) == R"({"a":"**********","host":"**********"})");
  const std::string older = R"({"properties":{"host":{"airbyte_secret":true}}})";
  CHECK(bench.configs().patch("c", "{}", {}, older).error().code() == ErrorCode::usage);
  CHECK(bench.configs().patch("c", R"({"a":null})", {}, older).ok());
}

}  // namespace configs_test
