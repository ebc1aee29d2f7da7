// YAML: what is read and as what, what is refused and where, and that writing loses nothing.
#include "tools/exchange/yaml/yaml.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <random>

namespace yaml_test {

using coffer::ErrorCode;
using coffer::Result;
using coffer::SecretBytes;
using coffer::tools::append_yaml;
using coffer::tools::documents_from_yaml;
using coffer::tools::json_from_yaml;
using coffer::tools::YamlLimits;
namespace json = coffer::json;

namespace {

std::string read(std::string_view yaml) {
  const auto result = json_from_yaml(yaml, "x.yaml");
  if (!result) return describe(result.error());
  return std::string(result->text());
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("YAML values become the JSON values that the core schema says") {
  CHECK(read("a: 1\nb: two\nc: [x, 2.50, true, null, ~]\n") ==
        R"({"a":1,"b":"two","c":["x",2.50,true,null,null]})");
  CHECK(read("z: 1\na: 2\n") == R"({"z":1,"a":2})");
  CHECK(read("a: '1'\nb: \"true\"\nc: !!str 5\n") == R"({"a":"1","b":"true","c":"5"})");
  CHECK(read("a: 12345678901234567890123\nb: 1e400\nc: -0.10E-2\n") ==
        R"({"a":12345678901234567890123,"b":1e400,"c":-0.10E-2})");
  CHECK(read("a: True\nb: FALSE\nc: Null\nd: &n NULL\n") ==
        R"({"a":true,"b":false,"c":null,"d":null})");
  CHECK(read("a: yes\nb: NO\nc: on\nd: 2026-11-24\ne: 12:30\nf: 1_000\ng: tRUE\n") ==
        R"({"a":"yes","b":"NO","c":"on","d":"2026-11-24","e":"12:30","f":"1_000","g":"tRUE"})");
  CHECK(read("a: |\n  one\n  two\nb: >\n  three\n  four\nc: |-\n  x\n") ==
        R"({"a":"one\ntwo\n","b":"three four\n","c":"x"})");
  CHECK(read("a: \"\\x41\\u00e9\\n\"\n") == "{\"a\":\"A\xC3\xA9\\n\"}");
  CHECK(read("a: \"\\u0085\\u00A0\\L\\P\"\n") ==
        "{\"a\":\"\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9\"}");
  CHECK(read("8080: port\ntrue: x\n") == R"({"8080":"port","true":"x"})");
  CHECK(read("--- # comment\na: {b: {}}\nc: []\n...\n") == R"({"a":{"b":{}},"c":[]})");
  CHECK(read("just text") == R"("just text")");
  CHECK(read("\"<<\": 1\n") == R"({"<<":1})");
  CHECK(read("a: 1\r\nb: 2\r\n") == R"({"a":1,"b":2})");
}

TEST_CASE("YAML aliases stand for what they name, within limits") {
  CHECK(read("a: &x [1, {b: 2}]\nc: *x\nd: &y z\ne: *y\n") ==
        R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":"z","e":"z"})");
  std::string bomb = "a0: &a0 [lol]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 0; k < 8; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  const auto refused = json_from_yaml(bomb, "x.yaml");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::limit);
  CHECK(json_from_yaml("a: &x 1\nb: [" + repeat("*x, ", 1001) + "]\n", "x").error().code() ==
        ErrorCode::limit);
  YamlLimits narrow;
  narrow.json_bytes = 1000;
  const std::string longer = "a: &x " + std::string(400, 'v') + "\nb: [*x, *x, *x]\n";
  CHECK(json_from_yaml(longer, "x", narrow).error().code() == ErrorCode::limit);
  // Each copy is one level deeper than the last: depth counts after they are filled in.
  narrow = {};
  narrow.depth = 8;
  CHECK(json_from_yaml("a: &a [[[[[1]]]]]\nb: [[[*a]]]\n", "x", narrow).error().code() ==
        ErrorCode::limit);
}

TEST_CASE("YAML that readers take in different ways is refused, with its place") {
  const auto refused = [](std::string_view yaml, std::string_view place, std::string_view why) {
    INFO(yaml);
    const auto result = json_from_yaml(yaml, "x.yaml");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().code() == ErrorCode::usage);
    CHECK(result.error().subject()->text == "x.yaml" + std::string(place));
    CHECK(result.error().text().find(why) != std::string_view::npos);
  };
  refused("a: 1\nb: 2\na: 3\n", ":3:1", "twice");
  refused("a: {b: 1, \"b\": 2}\n", ":1:11", "twice");
  refused("a: 0x1F\n", ":1:4", "a number");
  refused("a: 007\n", ":1:4", "a number");
  refused("a: +1\n", ":1:4", "a number");
  refused("a: .5\n", ":1:4", "a number");
  refused("a: 1.\n", ":1:4", "a number");
  refused("a: .inf\n", ":1:4", "a number");
  refused("a: -.INF\n", ":1:4", "a number");
  refused("a: .nan\n", ":1:4", "a number");
  refused("a: 0o17\n", ":1:4", "a number");
  refused("a: &x 1\nb:\n  <<: *x\n", ":3:3", "merge keys");
  refused("? [a]\n: 1\n", ":1:3", "a key must be text");
  refused("? {a: 1}\n: 1\n", ":1:3", "a key must be text");
  refused("~: 1\n", ":1:1", "a key must be text");
  refused("a: !!binary aGk=\n", ":1:4", "this tag");
  refused("a: !custom x\n", ":1:4", "this tag");
  refused("a: !!set {x}\n", ":1:4", "this tag");
  refused("a: &x [*x]\n", ":1:8", "an alias within");
  refused("a: 1\n---\nb: 2\n", ":2:1", "a second document");
  refused("a: *nobody\n", ":1:4", "not YAML");
  refused("a: [1, 2\n", ":1:8", "missing here");
  refused("a: \"x\n", ":2:1", "not YAML");
  refused("a:\n\t- b\n", ":2:2", "not YAML");
  refused("a: b: c\n", ":1:5", "not YAML");
  refused("a: \"\\q\"\n", ":1:7", "not YAML");
  refused("a: \"x\\N\"\n", ":1:4", "the escapes");
  refused("\"k\\_\": 1\n", ":1:1", "the escapes");
  refused("a: 'x", ":2:1", "not YAML");
  refused("a: \"x\n  ", ":3:1", "not YAML");
  refused("\"", ":2:1", "not YAML");
  refused("a:\nb: 1\n", ":2:1", "missing here");
  refused("a: 1\nnullable:\n", ":3:1", "missing here");
  refused("{a:1}\n", ":1:5", "missing here");
  refused("[a,,b]\n", ":1:4", "missing here");
  refused("gr\xC3\xBC\xC3\x9F: [a, , b]\n", ":1:11", "missing here");
  refused(std::string_view("a: x\0y\n", 7), ":1:5", "YAML does not allow this character");
  refused("a: x\x04\nb: 1\n", ":1:5", "YAML does not allow this character");
  refused(
      "\xEF\xBB\xBF"
      "a: 1\n",
      ":1:1", "YAML does not allow this character");
  refused("a: \xff\n", ":1:4", "not UTF-8");
  refused("", "", "no document");
  refused("# nothing\n", "", "no document");
}

TEST_CASE("no YAML text makes reading it dear") {
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& text :
       {repeat("[", 100'000), repeat("{", 100'000), repeat("- ", 100'000), repeat("? ", 100'000),
        repeat("a: ", 100'000), repeat("&a ", 100'000), repeat("!a ", 100'000),
        repeat("[a, ", 50'000), repeat("{a: ", 50'000), repeat("'a\n", 100'000),
        repeat("- \n", 200'000), repeat("---\n", 100'000), repeat("%A\n", 100'000),
        repeat("{a: [", 50'000), "a: " + repeat("*", 100'000), repeat("\"", 100'001)}) {
    const auto result = json_from_yaml(text, "x.yaml");
    INFO(text.substr(0, 12));
    if (!result) CHECK(result.error().subject() != nullptr);
  }
  // Far from a second each; a quadratic one would take minutes.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("YAML deeper, larger or longer than the limits is refused") {
  CHECK(json_from_yaml(repeat("[", 65) + repeat("]", 65), "x").error().code() == ErrorCode::limit);
  CHECK(json_from_yaml(repeat("[", 64) + repeat("]", 64), "x").ok());
  YamlLimits narrow;
  narrow.nodes = 10;
  CHECK(json_from_yaml("[1,2,3,4,5,6,7,8,9]", "x", narrow).ok());
  CHECK(json_from_yaml("[1,2,3,4,5,6,7,8,9,10]", "x", narrow).error().code() == ErrorCode::limit);
  narrow = {};
  narrow.text_bytes = 10;
  CHECK(json_from_yaml("aaaaaaaaaa", "x", narrow).ok());
  CHECK(json_from_yaml("aaaaaaaaaaa", "x", narrow).error().code() == ErrorCode::limit);
}

namespace {

class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}
  std::string value(int depth) {
    switch (pick(depth > 0 ? 8 : 5)) {
      case 0: return "null";
      case 1: return pick(2) == 0 ? "true" : "false";
      case 2: return numbers_[pick(numbers_.size())];
      case 3:
      case 4: return json::quoted(text());
      case 5: return list(depth);
      default: return object(depth);
    }
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }
  std::string text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "B",
                                                     "7",
                                                     " ",
                                                     ":",
                                                     ": ",
                                                     "#",
                                                     " #",
                                                     "-",
                                                     "- ",
                                                     "?",
                                                     "'",
                                                     "\"",
                                                     "\\",
                                                     "\n",
                                                     "\r",
                                                     "\t",
                                                     "%",
                                                     "&",
                                                     "*",
                                                     "!",
                                                     "|",
                                                     ">",
                                                     "{",
                                                     "}",
                                                     "[",
                                                     "]",
                                                     ",",
                                                     "@",
                                                     "`",
                                                     "~",
                                                     "\x01",
                                                     "\x04",
                                                     "\x1b",
                                                     "\x7f",
                                                     "\xC2\x85",
                                                     "\xC2\x9F",
                                                     "\xC3\xA9",
                                                     "\xE2\x80\xA8",
                                                     "\xE2\x80\xA9",
                                                     "\xEF\xBB\xBF",
                                                     "\xEF\xBF\xBF",
                                                     "\xF0\x9F\x94\x91",
                                                     "null",
                                                     "true",
                                                     "yes",
                                                     "1.50",
                                                     "<<",
                                                     "---",
                                                     "...",
                                                     "\xE2\x82\xAC"};
    std::string out;
    for (std::size_t left = pick(8); left > 0; --left) out += kPieces[pick(kPieces.size())];
    if (pick(40) == 0) out += std::string(1 + pick(3000), 'k');
    return out;
  }
  std::string list(int depth) {
    std::string out = "[";
    for (std::size_t left = pick(4); left > 0; --left)
      out += value(depth - 1) + (left > 1 ? "," : "");
    return out + "]";
  }
  std::string object(int depth) {
    std::string out = "{";
    const std::size_t count = pick(4);
    for (std::size_t i = 0; i < count; ++i) {
      // The number keeps keys apart.
      out += (i > 0 ? "," : "") + json::quoted(text() + std::to_string(i)) + ":" + value(depth - 1);
    }
    return out + "}";
  }
  std::mt19937 random_;
  std::vector<std::string> numbers_ = {"0", "-1", "1.50", "1e400", "12345678901234567890", "-0.0"};
};

}  // namespace

TEST_CASE("documents are parted by markers in the first column, and keep their lines") {
  const auto all = [](std::string_view yaml) {
    const auto documents = documents_from_yaml(yaml, "x.yaml");
    if (!documents) return describe(documents.error());
    std::string told;
    for (const auto& each : *documents)
      told += std::to_string(each.line) + std::string(each.json.text()) + " ";
    return told;
  };
  CHECK(all("a: 1\n---\nb: 2\n") == R"(1{"a":1} 3{"b":2} )");
  CHECK(all("# head\n---\n# more\n--- \n\na: 1\n...\n# end\n---\n") == R"(6{"a":1} )");
  CHECK(all("%YAML 1.2\n---\na: 1\r\n---\r\nb: |\n  ---\n  x\n") ==
        R"(3{"a":1} 5{"b":"---\nx\n"} )");
  CHECK(all("--- [1]\n--- {a: ---b}\n") == R"(1[1] 2{"a":"---b"} )");
  CHECK(all("a: 1\n---x: 1\n") == R"(1{"a":1,"---x":1} )");
  CHECK(all("").empty());
  CHECK(all("a: 1\n---\nb:\n  - c\n  d: e\n") == "x.yaml:5:3: is not YAML here");
  CHECK(all("a: 1\n---\n\xFF\n") == "x.yaml:3:1: is not UTF-8 here");
  CHECK(all("a: \"x\n---\ny\"\n").starts_with("x.yaml:"));
}

TEST_CASE("any JSON document goes through YAML unchanged") {
  for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
    const std::string text = RandomJson(seed).value(5);
    const auto document = json::Document::parse(text);
    INFO("seed " << seed << ": " << text);
    REQUIRE(document.ok());
    SecretBytes yaml;
    append_yaml(yaml, *document);
    INFO(yaml.text());
    const auto back = json_from_yaml(yaml.text(), "x.yaml");
    if (!back) FAIL(describe(back.error()));
    REQUIRE(std::string(back->text()) == text);
  }
}

}  // namespace yaml_test
