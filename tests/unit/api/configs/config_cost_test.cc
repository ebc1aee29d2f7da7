// What a config may cost before it is refused.
#include <coffer/configs.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <string>

#include "tests/scratch.h"

namespace coffer::test::config_cost_test {
namespace {

// Twenty patterns of a thousand parts, each with a class of many ranges.
std::string slow_spec() {
  std::string ranges;
  for (char letter = '0'; letter < 'z'; letter = static_cast<char>(letter + 2)) {
    if (letter != '\\' && letter != '^') ranges += letter;
  }
  std::string spec = R"({"patternProperties":{)";
  for (int i = 0; i < 20; ++i) {
    spec += (i == 0 ? "\"" : ",\"") + std::string("(?:[") + ranges + "]?){1000}!" +
            std::to_string(i) + R"(":{"airbyte_secret":true})";
  }
  return spec + "}}";
}

std::string slow_document() {
  std::string document = "{";
  for (int i = 0; i < 1000; ++i)
    document += (i == 0 ? "\"" : ",\"") + std::string(3000, '2') + std::to_string(i) + "\":1";
  return document + "}";
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("A document that takes too many steps by its patterns is refused before long") {
  ScratchStore scratch;
  Store store = scratch.open();
  const std::string spec = slow_spec(), document = slow_document();
  const double before = cpu_seconds();
  const auto refused = store.configs().put("c", spec, document);
  const double spent = cpu_seconds() - before;
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::limit);
  CHECK(spent < 3.0);  // Without optimisation; it was half a minute with.
}

TEST_CASE("Patterns of connectors are well within what may be spent") {
  ScratchStore scratch;
  Store store = scratch.open();
  std::string document = "{";
  for (int i = 0; i < 5000; ++i) {
    document +=
        (i == 0 ? "\"" : ",\"") + std::string("header-number-") + std::to_string(i) + "\":1";
  }
  const auto put = store.configs().put(
      "c", R"({"patternProperties":{"^[A-Za-z0-9_\\-]{1,64}$":{"airbyte_secret":false}}})",
      document + "}");
  CHECK(put.ok());
}

}  // namespace coffer::test::config_cost_test
