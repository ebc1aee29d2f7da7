// Partial updates: what is merged, what a secret is to the merge, what a branch takes along.
#include "configs/operations/config_patch.h"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace config_patch_test {

using namespace coffer;
using namespace coffer::configs;

namespace {

constexpr char kFlat[] =
    R"({"properties":{"host":{},"a":{"airbyte_secret":true},"b":{"airbyte_secret":true},
        "l":{"items":{"properties":{"n":{},"p":{"airbyte_secret":true}}}}}})";
constexpr char kBranches[] =
    R"({"properties":{"c":{"oneOf":[
        {"properties":{"t":{"const":"x"},"p":{"airbyte_secret":true},"q":{"airbyte_secret":true},
                       "l":{"items":{"airbyte_secret":true}}}},
        {"properties":{"t":{"const":"y"},"p":{"airbyte_secret":true}}}]}}})";

Result<std::string> merged(const std::string& spec_text, const std::string& partial,
                           const std::string& update) {
  auto spec = Spec::compile(spec_text);
  REQUIRE(spec.ok());
  ConfigRecord record;
  record.partial = SecretBytes::copy_of(partial);
  auto document = json::Document::parse(update);
  REQUIRE(document.ok());
  const SecretBytes text = COFFER_TRY(merged_document(*spec, record, *document));
  return std::string(text.text());
}

}  // namespace

TEST_CASE("An update changes what it names and nothing else") {
  const std::string stored = R"({ "host":1.50, "a":{"_secret":"c"}, "l":[{"n":1}] })";
  CHECK(*merged(kFlat, stored, "{}") == stored);
  CHECK(*merged(kFlat, stored, R"({"host":{"x":2}})") ==
        R"({ "host":{"x":2}, "a":{"_secret":"c"}, "l":[{"n":1}] })");
  CHECK(*merged(kFlat, stored, R"({"a":null,"l":null})") == R"({ "host":1.50 })");
  CHECK(*merged(kFlat, stored, R"({"b":"new"})") ==
        R"({ "host":1.50, "a":{"_secret":"c"}, "l":[{"n":1}],"b":"new" })");
  CHECK(merged(kFlat, stored, "[]").error().code() == ErrorCode::usage);
  CHECK(merged(kFlat, "{", "{}").error().code() == ErrorCode::corrupt);
}

TEST_CASE("A secret is one value to the merge, whatever stands for it") {
  const std::string stored = R"({"a":{"_secret":"c"},"b":"secret_coordinate::e"})";
  CHECK(*merged(kFlat, stored, R"({"a":{"k":1},"b":{"k":{"z":2}}})") ==
        R"({"a":{"k":1},"b":{"k":{"z":2}}})");
  CHECK(*merged(kFlat, stored, R"({"a":{"_secret":"d"}})") ==
        R"({"a":{"_secret":"d"},"b":"secret_coordinate::e"})");
  CHECK(*merged(kFlat, stored, R"({"a":"**********"})") ==
        R"({"a":"**********","b":"secret_coordinate::e"})");
  // An array is replaced whole, secrets and all.
  CHECK(*merged(kFlat, R"({"l":[{"n":1,"p":{"_secret":"c"}}]})", R"({"l":[{"n":2}]})") ==
        R"({"l":[{"n":2}]})");
}

TEST_CASE("An update that chooses another branch takes no secret of the old one along") {
  const std::string stored = R"({"c":{"t":"x","p":{"_secret":"1"},"q":{"_secret":"2"},"z":3}})";
  CHECK(*merged(kBranches, stored, R"({"c":{"t":"y"}})") == R"({"c":{"t":"y","z":3}})");
  CHECK(*merged(kBranches, stored, R"({"c":{"t":"y","p":"new"}})") ==
        R"({"c":{"t":"y","p":"new","z":3}})");
  // Named by the update, it is the caller's word.
  CHECK(*merged(kBranches, stored, R"({"c":{"t":"y","p":{"_secret":"1"}}})") ==
        R"({"c":{"t":"y","p":{"_secret":"1"},"z":3}})");
  CHECK(*merged(kBranches, stored, R"({"c":{"z":4}})") ==
        R"({"c":{"t":"x","p":{"_secret":"1"},"q":{"_secret":"2"},"z":4}})");
  const std::string list = R"({"c":{"t":"x","l":[{"_secret":"1"}]}})";
  const auto refused = merged(kBranches, list, R"({"c":{"t":"y"}})");
  CHECK(refused.error().code() == ErrorCode::usage);
  CHECK(refused.error().subject()->text == "/c/l/0");
  CHECK(*merged(kBranches, list, R"({"c":{"t":"y","l":null}})") == R"({"c":{"t":"y"}})");
}

}  // namespace config_patch_test
