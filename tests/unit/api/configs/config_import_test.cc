// Airbyte's stored documents go in with their coordinates, and come out as they were.
#include <utility>

#include "tests/unit/api/config_bench.h"

namespace config_import_test {

using namespace config_bench;

namespace {

constexpr char kUuid[] = "11111111-2222-3333-4444-555555555555";
constexpr char kAny[] = R"({"additionalProperties":{"airbyte_secret":true}})";

Result<ConfigPutReport> import(Bench& bench, const std::string& partial,
                               const std::string& payloads, const std::string& spec = kAny) {
  return bench.configs().import_partial("c", spec, partial, payloads, {.workspace = kWorkspace});
}

}  // namespace

TEST_CASE("Every form of coordinate that Airbyte writes keeps its name and number") {
  const std::string u = kUuid;
  for (const std::string& coordinate :
       {"airbyte_workspace_" + u + "_secret_" + u + "_v1",
        "airbyte_workspace_" + u + "_secret_" + u + "_v37",
        "airbyte_workspace_" + std::string(kNilWorkspace) + "_secret_" + u + "_v1",
        "airbyte_organization_" + u + "_secret_" + u + "_v3",
        "airbyte_oauth_workspace_" + u + "_secret_" + u + "_v1",
        "airbyte_rsm_ORGANIZATION_" + u + "_secret_" + u + "_v1",
        "airbyte_rsm_WORKSPACE_" + u + "_secret_" + u + "_v1",
        "airbyte_storage_organization" + u + "_secret_" + u + "_v1",
        "airbyte_storage_workspace" + u + "_secret_" + u + "_v1",
        "airbyte_airbyte_custom_prefix_" + u + "_secret_" + u + "_v2",
        std::string("airbyte_existing_coordinate_v1"),
        std::string("airbyte_managed_password_v1")}) {
    INFO(coordinate);
    Bench bench;
    const std::string partial = R"({ "a": {"_secret":")" + coordinate + R"("}, "n":null })";
    const auto report = import(bench, partial, R"({"other":1,")" + coordinate + R"(":"s"})");
    REQUIRE(report.ok());
    CHECK(report->partial.text() == partial);
    CHECK(kinds(*report) == std::vector<Kind>{Kind::kept});
    CHECK(bench.show("c", ConfigForm::partial) == partial);
    CHECK(bench.show("c", ConfigForm::revealed) == R"({ "a": "s", "n":null })");
    // A new value is the base's next version, and the old one is gone.
    const auto next = bench.put("c", R"({"a":"t"})", {.compat_airbyte = true}, kAny);
    const auto parsed = format::parse_coordinate(coordinate);
    CHECK(next.outcomes[0].coordinate ==
          format::print_coordinate({parsed->base, parsed->version + 1}));
    CHECK(next.destroyed == std::vector<std::string>{coordinate});
    CHECK(bench.configs().remove("c").ok());
    CHECK(bench.secret_paths().empty());
  }
}

TEST_CASE("What stands beside a coordinate, and names of other stores, come out unchanged") {
  Bench bench;
  const std::string partial = R"({"a":{"_secret_reference_id":"r","_secret":"airbyte_x_v2"},)"
                              R"("b":{"_secret":"airbyte_x_v3","_secret_storage_id":"s"},)"
                              R"("c":{"_secret":"some_secret_v1","_secret_storage_id":"s"},)"
                              R"("d":{"_secret":"arn:aws:secretsmanager:x"}})";
  const auto report =
      import(bench, partial, R"({"airbyte_x_v3":"three","airbyte_x_v2":{"typed":2.50}})");
  REQUIRE(report.ok());
  CHECK(report->partial.text() == partial);
  CHECK(kinds(*report) ==
        std::vector<Kind>{Kind::kept, Kind::kept, Kind::external, Kind::external});
  const auto configs = bench.configs().with_resolver([](std::string_view name) {
    return Result<SecretBytes>(SecretBytes::copy_of("\"<" + std::string(name) + ">\""));
  });
  auto resolved = configs;
  CHECK(resolved.get("c", ConfigForm::revealed)->document.text() ==
        R"({"a":"{\"typed\":2.50}","b":"three","c":"<some_secret_v1>",)"
        R"("d":"<arn:aws:secretsmanager:x>"})");
  CHECK(bench.show("c", ConfigForm::masked) ==
        R"({"a":"**********","b":"**********","c":"secret_coordinate::some_secret_v1",)"
        R"("d":"secret_coordinate::arn:aws:secretsmanager:x"})");
  // The masked view put back changes nothing.
  const auto again =
      bench.put("c", R"({"a":"**********","b":"**********","c":"**********","d":"**********"})",
                {.compat_airbyte = true}, kAny);
  CHECK(again.partial.text() == partial);
  CHECK(again.destroyed.empty());
}

TEST_CASE("What cannot be taken in whole is refused and leaves nothing") {
  Bench bench;
  const auto code = [&](const std::string& partial, const std::string& payloads) {
    const auto report = import(bench, partial, payloads);
    REQUIRE_FALSE(report.ok());
    CHECK(bench.secret_paths().empty());
    return report.error().code();
  };
  const std::string two = R"({"a":{"_secret":"airbyte_x_v2"},"b":{"_secret":"airbyte_y_v1"}})";
  CHECK(code(two, R"({"airbyte_x_v2":"s"})") == ErrorCode::not_found);
  CHECK(code(two, R"({"airbyte_x_v2":"s","airbyte_y_v1":null})") == ErrorCode::not_found);
  CHECK(code(two, "[]") == ErrorCode::usage);
  CHECK(code(two, "{") == ErrorCode::usage);
  CHECK(code(R"({"a":{"_secret":"airbyte_x_v9223372036854775808"}})", "{}") == ErrorCode::limit);
  CHECK(code(R"({"a":{"_secret":"airbyte_x_v1"},"b":"**********"})", R"({"airbyte_x_v1":"s"})") ==
        ErrorCode::usage);
  CHECK(code(R"({"a":{"_secret_reference_id":"r"}})", "{}") == ErrorCode::usage);
}

TEST_CASE("A name that the store has already is never written over") {
  Bench bench;
  REQUIRE(import(bench, R"({"a":{"_secret":"airbyte_x_v2"}})", R"({"airbyte_x_v2":"s"})").ok());
  // Again, the config holds it: nothing is written.
  const auto again =
      import(bench, R"({"a":{"_secret":"airbyte_x_v2"}})", R"({"airbyte_x_v2":"other"})");
  REQUIRE(again.ok());
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"s"})");
  const auto newer =
      import(bench, R"({"a":{"_secret":"airbyte_x_v3"}})", R"({"airbyte_x_v3":"other"})");
  CHECK(newer.error().code() == ErrorCode::conflict);
  CHECK(newer.error().subject()->text == "/a");
  const auto other = bench.configs().import_partial(
      "d", kAny, R"({"a":{"_secret":"airbyte_x_v2"}})", R"({"airbyte_x_v2":"s"})");
  CHECK(other.error().code() == ErrorCode::conflict);
}

TEST_CASE("A name that this config may not own is refused by its own error") {
  Bench bench;
  const std::string other = "99999999-2222-3333-4444-555555555555", u = kUuid;
  const auto text = [&](const std::string& coordinate) {
    INFO(coordinate);
    const auto report = import(bench, R"({"a":{"_secret":")" + coordinate + R"("}})",
                               R"({")" + coordinate + R"(":"s"})");
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().code() == ErrorCode::usage);
    CHECK(report.error().subject()->text == "/a");
    CHECK(bench.secret_paths().empty());
    return std::string(report.error().text());
  };
  for (const char* prefix : {"airbyte_workspace_", "airbyte_oauth_workspace_",
                             "airbyte_rsm_WORKSPACE_", "airbyte_storage_workspace"})
    CHECK(text(prefix + other + "_secret_" + u + "_v1") ==
          "this coordinate belongs to another workspace");
  for (const std::string& coordinate :
       {std::string("airbyte_a/b_v1"), std::string("airbyte_a b_v1"),
        std::string("airbyte_\xC3\xBC_v1"), std::string("airbyte_a#f_v1"),
        "airbyte_" + std::string(248, 'x') + "_v1", std::string("airbyte_workspace_x_v1"),
        "airbyte_workspace_" + u + "_v1", "airbyte_workspace_" + u + "_secret_x_v1",
        "airbyte_organization_" + u + "_v1",
        "airbyte_storage_organization_" + u + "_secret_" + u + "_v1",
        "airbyte_rsm_WORKSPACE_" + std::string("AAAAAAAA-2222-3333-4444-555555555555") +
            "_secret_" + u + "_v1"})
    CHECK(text(coordinate) == "this is not a name that Airbyte gives to secrets");
  // One byte less is one that the stores behind Airbyte take.
  const std::string longest = "airbyte_" + std::string(247, 'x') + "_v1";
  CHECK(import(bench, R"({"a":{"_secret":")" + longest + R"("}})", R"({")" + longest + R"(":"s"})")
            .ok());
}

TEST_CASE("A config without a workspace is of the one that its coordinates name") {
  Bench bench;
  const std::string one = std::string("airbyte_workspace_") + kUuid + "_secret_" + kUuid + "_v1";
  const std::string two =
      "airbyte_workspace_99999999-2222-3333-4444-555555555555_secret_" + std::string(kUuid) + "_v1";
  const auto of_none = [&](const std::string& id, const std::string& partial) {
    return bench.configs().import_partial(id, kAny, partial,
                                          R"({")" + one + R"(":"s",")" + two + R"(":"t"})");
  };
  REQUIRE(of_none("c", R"({"a":{"_secret":")" + one + R"("}})").ok());
  CHECK(bench.configs().get("c")->workspace == kUuid);
  // What it mints from now on is of that workspace.
  const auto next = bench.put("c", R"({"a":"**********","b":"new"})", {}, kAny);
  CHECK(next.outcomes[1].coordinate.find(std::string("workspace_") + kUuid) != std::string::npos);
  const auto mixed =
      of_none("d", R"({"a":{"_secret":")" + two + R"("},"b":{"_secret":")" + one + R"("}})");
  CHECK(mixed.error().code() == ErrorCode::usage);
  CHECK(mixed.error().subject()->text == "/b");
  // A config that is there stays in its workspace.
  const auto moved = of_none("c", R"({"a":{"_secret":")" + two + R"("}})");
  CHECK(moved.error().code() == ErrorCode::usage);
  CHECK(bench.configs().get("c")->workspace == kUuid);
}

TEST_CASE("A name that others refer to is not taken over, though nothing is there") {
  Bench bench;
  const auto refer = [&](const std::string& kind) {
    return bench.engine->write([&](secrets::Transaction& transaction) {
      return transaction.add_reference({"airbyte_x", 2, kind, "d"});
    });
  };
  REQUIRE(refer("config").ok());
  const auto taken =
      import(bench, R"({"a":{"_secret":"airbyte_x_v2"}})", R"({"airbyte_x_v2":"s"})");
  CHECK(taken.error().text() == "this coordinate belongs to another config");
  CHECK(bench.secret_paths().empty());
}

TEST_CASE("The largest number that is taken leaves room for the next") {
  Bench bench;
  const std::string last = "airbyte_x_v9223372036854775807";
  REQUIRE(
      import(bench, R"({"a":{"_secret":")" + last + R"("}})", R"({")" + last + R"(":"s"})").ok());
  const auto next = bench.put("c", R"({"a":"t"})", {}, kAny);
  CHECK(next.outcomes[0].coordinate == "airbyte_x_v9223372036854775808");
  CHECK(next.destroyed == std::vector<std::string>{last});
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"t"})");
}

TEST_CASE("Settings of the store hold for imports too, and end no config's secret") {
  Bench bench;
  StoreSettings settings;
  settings.cas_required = true;
  settings.delete_version_after_ms = kHour;
  settings.max_versions = 1;
  REQUIRE(bench.engine
              ->write([&](secrets::Transaction& transaction) {
                return transaction.put_settings(settings);
              })
              .ok());
  const std::string two = R"({"a":{"_secret":"airbyte_x_v2"},"b":{"_secret":"airbyte_x_v7"}})";
  REQUIRE(import(bench, two, R"({"airbyte_x_v7":"seven","airbyte_x_v2":"two"})").ok());
  bench.put("d", R"({"a":"minted"})");
  bench.put("d", R"({"a":"bumped"})");
  const auto staged = bench.configs().stage("e", kSpec, R"({"a":"staged"})", {}, kHour / 2);
  REQUIRE(staged.ok());
  REQUIRE(bench.configs().commit("e", staged->stage).ok());
  bench.clock.now += 1000 * kHour;
  CHECK(bench.show("c", ConfigForm::revealed) == R"({"a":"two","b":"seven"})");
  CHECK(bench.show("d", ConfigForm::revealed) == R"({"a":"bumped"})");
  CHECK(bench.show("e", ConfigForm::revealed) == R"({"a":"staged"})");
  bench.put("d", R"({"a":"bumped again"})");
  CHECK(bench.show("d", ConfigForm::revealed) == R"({"a":"bumped again"})");
}

}  // namespace config_import_test
