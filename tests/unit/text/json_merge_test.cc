#include "text/json_merge.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

namespace coffer::json::json_merge_test {
namespace {

std::string merged(std::string_view target, std::string_view patch, Limits limits = {}) {
  const auto a = Document::parse(target, limits);
  const auto b = Document::parse(patch, limits);
  REQUIRE(a.ok());
  REQUIRE(b.ok());
  const auto outcome = merge_patch(*a, *b);
  REQUIRE(outcome.ok());
  return std::string(outcome->text());
}

TEST_CASE("the examples of RFC 7396 come out") {
  struct Example {
    const char *target, *patch, *outcome;
  };
  for (const auto& [target, patch, outcome] : std::initializer_list<Example>{
           {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
           {R"({"a":"b"})", R"({"a":null})", R"({})"},
           {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
           {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
           {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
           {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
           {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
           {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
           {R"({"a":"foo"})", R"(null)", R"(null)"},
           {R"({"a":"foo"})", R"("bar")", R"("bar")"},
           {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
           {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
           {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}}) {
    CHECK(merged(target, patch) == outcome);
  }
}

TEST_CASE("what the patch does not name stays as it was, to the byte") {
  const char* target =
      " {\n  \"rate\" : 1.50,\n  \"key\" : \"\\u0041\" ,\n  \"sub\": { \"n\":1e2 , \"m\": 0}\n}\n";
  CHECK(merged(target, "{}") == target);
  CHECK(merged(target, R"({"key":"new"})") ==
        " {\n  \"rate\" : 1.50,\n  \"key\" : \"new\" ,\n  \"sub\": { \"n\":1e2 , \"m\": 0}\n}\n");
  CHECK(
      merged(target, R"({"sub":{"m":null,"x" : 10.0}})") ==
      " {\n  \"rate\" : 1.50,\n  \"key\" : \"\\u0041\" ,\n  \"sub\": { \"n\":1e2,\"x\":10.0}\n}\n");
  CHECK(merged(target, R"({"z":1,"\u0062":[ null ],"rate":null})") ==
        " {\n  \"key\" : \"\\u0041\" ,\n  \"sub\": { \"n\":1e2 , \"m\": 0},\"z\":1,\"\\u0062\":[ "
        "null ]\n}\n");
}

TEST_CASE("members go from the beginning, the middle, the end, and all at once") {
  const char* target = R"({"a":1, "b":2, "c":3, "d":4})";
  CHECK(merged(target, R"({"a":null})") == R"({"b":2, "c":3, "d":4})");
  CHECK(merged(target, R"({"b":null,"c":null})") == R"({"a":1, "d":4})");
  CHECK(merged(target, R"({"d":null})") == R"({"a":1, "b":2, "c":3})");
  CHECK(merged(target, R"({"a":null,"c":null})") == R"({"b":2, "d":4})");
  CHECK(merged(target, R"({"a":null,"b":null,"c":null,"d":null})") == "{}");
  CHECK(merged(target, R"({"a":null,"b":null,"c":null,"d":null,"e":5,"f":6})") ==
        R"({"e":5,"f":6})");
  CHECK(merged("{ }", R"({"e":5})") == R"({"e":5 })");
  CHECK(merged(R"({"a":{"x":1}})", R"({"a":{"x":null},"b":null,"c":{"d":null}})") ==
        R"({"a":{},"c":{}})");
}

TEST_CASE("nulls inside arrays are values, not instructions") {
  CHECK(merged("{}", R"({"a":[null,{"b":null}],"c":null})") == R"({"a":[null,{"b":null}]})");
}

TEST_CASE("deep documents merge without recursion") {
  constexpr std::size_t kDepth = 200'000;
  std::string open, close;
  for (std::size_t i = 0; i < kDepth; ++i) {
    open += "{\"a\":";
    close += "}";
  }
  CHECK(merged(open + "1" + close, open + "2" + close, {.depth = kDepth}) == open + "2" + close);
  CHECK(merged("1", open + "{\"b\":null}" + close, {.depth = kDepth + 1}) == open + "{}" + close);
}

std::string random_value(std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 6 : 3)) {
    case 0: return "null";
    case 1: return std::to_string(random() % 100);
    case 2: return "\"s\"";
    case 3: return "[null, 1 , {\"a\":null}]";
    default: break;
  }
  std::string text = "{ ";
  for (char name = 'a'; name < 'a' + 20; ++name) {
    if (random() % 4 != 0) continue;
    if (text.size() > 2) text += " , ";
    text += std::string("\"") + name + "\" : " + random_value(random, depth - 1);
  }
  return text + "}";
}

TEST_CASE("random merges come out as another library has them") {
  const auto seed = std::uint64_t{std::random_device{}()};
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 3000; ++round) {
    const std::string target = random_value(random, 4);
    const std::string patch = random_value(random, 4);
    CAPTURE(target, patch);
    auto expected = nlohmann::json::parse(target);
    expected.merge_patch(nlohmann::json::parse(patch));
    const std::string outcome = merged(target, patch);
    REQUIRE(Document::parse(outcome).ok());
    REQUIRE(nlohmann::json::parse(outcome) == expected);
  }
}

}  // namespace
}  // namespace coffer::json::json_merge_test
