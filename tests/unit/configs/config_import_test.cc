// Airbyte's stored documents go in with their coordinates, and come out as they were.
#include <utility>

#include "tests/unit/configs/config_bench.h"

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
