// The parser beside nlohmann/json: what one takes the other takes, with the same content.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "text/json.h"

namespace coffer::json::json_differential_test {
namespace {

using Oracle = nlohmann::json;

bool has_number_beyond_double(const Document& document, NodeId node) {
  if (document.type(node) == Type::number)
    return std::isinf(std::strtod(std::string(document.raw(node)).c_str(), nullptr));
  for (NodeId child = document.first_child(node); child != kNoNode;
       child = document.next_sibling(child)) {
    if (has_number_beyond_double(document, child)) return true;
  }
  return false;
}

void require_same(const Document& document, NodeId node, const Oracle& oracle) {
  switch (document.type(node)) {
    case Type::null: REQUIRE(oracle.is_null()); break;
    case Type::boolean: REQUIRE(oracle == document.boolean(node)); break;
    case Type::number: REQUIRE(oracle == Oracle::parse(document.raw(node))); break;
    case Type::string: REQUIRE(oracle.get<std::string>() == document.string(node)); break;
    case Type::array:
    case Type::object: {
      REQUIRE(oracle.size() == document.child_count(node));
      REQUIRE(oracle.is_object() == (document.type(node) == Type::object));
      std::size_t index = 0;
      for (NodeId child = document.first_child(node); child != kNoNode;
           child = document.next_sibling(child), ++index) {
        if (oracle.is_array()) {
          require_same(document, child, oracle[index]);
        } else {
          const std::string key(document.key(child));
          REQUIRE(oracle.contains(key));
          require_same(document, child, oracle[key]);
        }
      }
    }
  }
}

void compare_with_oracle(const std::string& text) {
  INFO(text);
  // Known differences: nlohmann skips a byte order mark and takes a NUL for the end.
  if (text.find('\0') != std::string::npos || text.starts_with("\xEF\xBB\xBF")) return;
  const auto document = Document::parse(std::string_view(text));
  if (!document.ok()) {
    INFO(document.error().text());
    // It takes a name twice, too; that was tested by itself.
    const bool twice = document.error().text() == "a JSON object has a name twice";
    REQUIRE((twice || !Oracle::accept(text)));
    return;
  }
  if (has_number_beyond_double(*document, 0)) return;  // It refuses 1e999; JSON does not.
  const Oracle oracle = Oracle::parse(text, nullptr, false);
  REQUIRE_FALSE(oracle.is_discarded());
  require_same(*document, 0, oracle);
  const auto again = Document::parse(document->raw(0));
  REQUIRE(again.ok());
  REQUIRE(again->text().text() == document->raw(0));
  REQUIRE(Splice(*document).text().text() == text);
}

class Author {
 public:
  explicit Author(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  std::string space() { return std::string(pick({"", "", "", " ", "\n", "\t\r "})); }

  std::string value(std::size_t depth) {
    switch (below(depth == 0 ? 5 : 8)) {
      case 0: return "null";
      case 1: return below(2) == 0 ? "true" : "false";
      case 2: return number();
      case 3:
      case 4: return string();
      case 5: return array(depth);
      default: return object(depth);
    }
  }

  std::string mutated(std::string text) {
    for (std::size_t times = 1 + below(3); times > 0 && !text.empty(); --times) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0: text.erase(at, 1 + below(3)); break;
        case 1: text[at] = static_cast<char>(below(256)); break;
        case 2: text.insert(at, 1, kTelling[below(sizeof kTelling - 1)]); break;
        case 3: text.insert(at, text.substr(below(text.size()), below(8))); break;
        default: text[at] = kTelling[below(sizeof kTelling - 1)]; break;
      }
    }
    return text;
  }

 private:
  static constexpr char kTelling[] =
      "{}[]\",:\\u0123dD89aAbBfeE+-.ntrl \n\t\x1F\x7F\x80\xBF\xC2\xED\xF0";

  std::string_view pick(std::initializer_list<std::string_view> from) {
    return from.begin()[below(from.size())];
  }

  std::string number() {
    std::string text = below(2) == 0 ? "-" : "";
    text += below(4) == 0 ? "0" : std::to_string(1 + below(1'000'000'000'000));
    if (below(3) == 0) text += "." + std::to_string(below(100'000));
    if (below(3) == 0)
      text += std::string(pick({"e", "E", "e+", "e-"})) + std::to_string(below(30));
    return text;
  }

  std::string string() {
    std::string text = "\"";
    for (std::size_t pieces = below(5); pieces > 0; --pieces) {
      text += pick({"a", "key", "\\n", "\\u00e9", "\\ud834\\udd1e", "\xC3\xA9", "\xF0\x9D\x84\x9E",
                    "\\\\", "\\\"", "\\/", "/", "~", "\\u0001", "\x7F", "zz", "\xE2\x82\xAC"});
    }
    return text + "\"";
  }

  std::string array(std::size_t depth) {
    std::string text = "[" + space();
    for (std::size_t count = below(4), i = 0; i < count; ++i)
      text += (i > 0 ? "," : "") + space() + value(depth - 1) + space();
    return text + "]";
  }

  std::string object(std::size_t depth) {
    std::string text = "{" + space();
    for (std::size_t count = below(5) + (below(20) == 0 ? 20 : 0), i = 0; i < count; ++i) {
      std::string name = string();
      if (below(10) != 0) name.insert(1, std::to_string(i));  // Seldom a name twice.
      text += (i > 0 ? "," : "") + space() + name + space() + ":" + space() + value(depth - 1) +
              space();
    }
    return text + "}";
  }

  std::mt19937_64 random_;
};

TEST_CASE("corner texts fare as with another parser") {
  for (const char* text : {"{}",
                           "[]",
                           "\"\"",
                           " 0 ",
                           "[[[]]]",
                           "{\"\":{}}",
                           "[1,[2,[3]]]",
                           "tru",
                           "truee",
                           "[true false]",
                           "{}{}",
                           "{\"a\":1}}",
                           "[\"\\ud800\"]",
                           "[\"\\ud834\\udd1e\"]",
                           "\"\\u00\"",
                           "[1.0E+2]",
                           "[1.0E+]",
                           "{\"a\" 1}",
                           "{'a':1}",
                           "[\"\t\"]",
                           "// x\n1",
                           "1 /* x */",
                           "[1,,2]",
                           "\v1",
                           "\f1",
                           "1\xC2\xA0",
                           "{\"a\":1,\"b\"}",
                           "\"\xED\xA0\x80\"",
                           "-0.0",
                           "--1",
                           "1e5",
                           "[-]",
                           "\"\\uD834\\uDD1e\"",
                           "\"\\U0041\"",
                           "nullnull"}) {
    compare_with_oracle(text);
  }
}

TEST_CASE("written and mutated texts fare as with another parser") {
  const char* given = std::getenv("COFFER_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  CAPTURE(seed);
  Author author(seed);
  std::size_t accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = author.space() + author.value(5) + author.space();
    compare_with_oracle(text);
    accepted += Document::parse(std::string_view(text)).ok() ? 1 : 0;
    for (int i = 0; i < 4; ++i) compare_with_oracle(author.mutated(text));
  }
  CHECK(accepted > 2000);  // The author writes JSON: the comparison is no empty one.
}

}  // namespace
}  // namespace coffer::json::json_differential_test
