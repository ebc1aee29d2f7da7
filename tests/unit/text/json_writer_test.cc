#include "text/json_writer.h"

#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "text/json.h"

namespace coffer::json::json_writer_test {
namespace {

TEST_CASE("commas stand between members and elements, and nowhere else") {
  Writer json;
  json.open('{').key("a").number(1).key("b").open('[').string("x").null().boolean(true);
  json.open('{').close('}').open('[').close(']').close(']').key("c").open('{').close('}');
  json.key("d").boolean(false).close('}');
  CHECK(json.text() == R"({"a":1,"b":["x",null,true,{},[]],"c":{},"d":false})");
}

TEST_CASE("empty things are written as such") {
  CHECK(PlainWriter().open('{').close('}').take() == "{}");
  CHECK(PlainWriter().open('[').close(']').take() == "[]");
  CHECK(PlainWriter().strings(std::vector<std::string>()).take() == "[]");
  CHECK(PlainWriter().texts_by_name(std::map<std::string, std::string>()).take() == "{}");
  CHECK(PlainWriter().string("").take() == R"("")");
  CHECK(PlainWriter().take().empty());
}

TEST_CASE("names and strings are escaped, other text is as it was") {
  PlainWriter json;
  json.open('{').key("q\"\\\n").string(std::string_view("\0\x1f\x7f\t/\xC3\xA9", 7)).close('}');
  CHECK(json.take() == "{\"q\\\"\\\\\\n\":\"\\u0000\\u001f\x7f\\t/\xC3\xA9\"}");
}

TEST_CASE("numbers keep all their digits and their sign") {
  PlainWriter json;
  json.open('[').number(std::numeric_limits<std::uint64_t>::max());
  json.number(std::numeric_limits<std::int64_t>::min()).number(0).close(']');
  CHECK(json.take() == "[18446744073709551615,-9223372036854775808,0]");
}

TEST_CASE("times, bytes, lists and maps of texts have one form each") {
  PlainWriter json;
  json.open('{').key("at").time(1'000).key("never").time(0);
  json.key("bytes")
      .base64(as_bytes("\xFF\xFE"))
      .key("url")
      .base64(as_bytes("\xFF\xFE"), Base64::url);
  json.key("list").strings(std::vector<std::string>{"a", "b"});
  json.key("map").texts_by_name(std::map<std::string, std::string>{{"k", "v"}, {"l", "w"}});
  CHECK(json.close('}').take() ==
        R"({"at":"1970-01-01T00:00:01.000Z","never":"","bytes":"//4=","url":"__4",)"
        R"("list":["a","b"],"map":{"k":"v","l":"w"}})");
}

TEST_CASE("raw text counts as one value or as members") {
  PlainWriter json;
  json.open('{').key("a").raw("1.50").raw(R"("b":2,"c":3)").key("d").raw("{ }").close('}');
  CHECK(json.take() == R"({"a":1.50,"b":2,"c":3,"d":{ }})");
}

TEST_CASE("a writer can be used again for another text") {
  Writer json;
  CHECK(json.open('[').number(1).close(']').take().text() == "[1]");
  CHECK(json.open('[').number(2).close(']').take().text() == "[2]");
}

// A tree of random shape, written through `json`; what a reader must find.
nlohmann::json grown(PlainWriter& json, std::mt19937& random, int depth) {
  const auto text = [&random] {
    std::string made;
    for (std::size_t left = random() % 6; left > 0; --left)
      made += static_cast<char>(random() % 0x80);
    return made;
  };
  switch (random() % (depth == 0 ? 4 : 6)) {
    case 0: json.null(); return nullptr;
    case 1: json.boolean(true); return true;
    case 2: {
      const auto number = static_cast<std::int64_t>(random()) - 0x7FFFFFFF;
      json.number(number);
      return number;
    }
    case 3: {
      const std::string made = text();
      json.string(made);
      return made;
    }
    case 4: {
      auto array = nlohmann::json::array();
      json.open('[');
      for (std::size_t left = random() % 4; left > 0; --left)
        array.push_back(grown(json, random, depth - 1));
      json.close(']');
      return array;
    }
    default: {
      auto object = nlohmann::json::object();
      json.open('{');
      for (std::size_t left = random() % 4; left > 0; --left) {
        const std::string name = std::to_string(left) + text();
        object[name] = grown(json.key(name), random, depth - 1);
      }
      json.close('}');
      return object;
    }
  }
}

TEST_CASE("whatever is written, two parsers read it back") {
  std::mt19937 random(20261201);
  for (int round = 0; round < 500; ++round) {
    PlainWriter json;
    const nlohmann::json wanted = grown(json, random, 5);
    const std::string text = json.take();
    INFO(text);
    CHECK(nlohmann::json::parse(text) == wanted);
    CHECK(Document::parse(text).ok());
  }
}

}  // namespace
}  // namespace coffer::json::json_writer_test
