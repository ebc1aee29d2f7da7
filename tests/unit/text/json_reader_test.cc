#include "text/json_reader.h"

#include <catch2/catch.hpp>

namespace coffer::json::json_reader_test {
namespace {

Document parsed(std::string_view text) {
  auto document = Document::parse(text);
  REQUIRE(document.ok());
  return std::move(*document);
}

// "PLACE: TEXT" of an error of the code usage.
template <typename Value>
std::string refusal(const Result<Value>& result) {
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::usage);
  REQUIRE(result.error().subject() != nullptr);
  CHECK(result.error().subject()->kind == Subject::Kind::pointer);
  return result.error().subject()->text + ": " + std::string(result.error().text());
}

struct Settings {
  std::string name;
  std::uint64_t count = 0;
  bool on = false;
  std::vector<std::string> tags;
};

Result<Settings> read(const Reader& reader) {
  Settings settings;
  COFFER_TRY(reader.members({{"name", into(settings.name, &Reader::string), true},
                             {"count", into(settings.count, &Reader::number)},
                             {"on", into(settings.on, &Reader::boolean)},
                             {"tags", into(settings.tags, &Reader::strings)}}));
  return settings;
}
Result<Settings> read(std::string_view text) {
  const Document document = parsed(text);
  return read(Reader(document, {.name = "settings"}));
}

TEST_CASE("each member goes to its field") {
  const auto settings =
      read(R"({"tags":["a","\u0062"],"on":true,"name":"n","count":18446744073709551615})");
  REQUIRE(settings.ok());
  CHECK(settings->name == "n");
  CHECK(settings->count == 18446744073709551615U);
  CHECK(settings->on);
  CHECK(settings->tags == std::vector<std::string>{"a", "b"});
  CHECK(read(R"({"name":""})")->count == 0);
}

TEST_CASE("what is wrong is told with its place") {
  for (const auto& [text, wanted] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[]", "settings: must be a JSON object"},
           {"1", "settings: must be a JSON object"},
           {"{}", "settings#/name: is missing"},
           {R"({"name":1})", "settings#/name: must be a string"},
           {R"({"name":null})", "settings#/name: must be a string"},
           {R"({"name":"n","count":-1})", "settings#/count: must be a whole number"},
           {R"({"name":"n","count":1.0})", "settings#/count: must be a whole number"},
           {R"({"name":"n","count":1e3})", "settings#/count: must be a whole number"},
           {R"({"name":"n","count":"1"})", "settings#/count: must be a whole number"},
           {R"({"name":"n","count":18446744073709551616})",
            "settings#/count: must be a whole number"},
           {R"({"name":"n","on":"true"})", "settings#/on: must be true or false"},
           {R"({"name":"n","tags":{}})", "settings#/tags: must be a JSON array"},
           {R"({"name":"n","tags":["a",2]})", "settings#/tags/1: must be a string"},
           {R"({"name":"n","nmae":"n"})", "settings#/nmae: this member is unknown"},
           {R"({"name":"n","a/b~":"n"})", "settings#/a~1b~0: this member is unknown"}}) {
    CAPTURE(text);
    CHECK(refusal(read(text)) == wanted);
  }
}

TEST_CASE("a name given twice never gets as far as a reader") {
  CHECK(Document::parse(R"({"name":"a","name":"b"})").error().code() == ErrorCode::usage);
  CHECK(Document::parse(R"({"name":"a","n\u0061me":"b"})").error().code() == ErrorCode::usage);
}

TEST_CASE("a part of a larger document is told by its place there") {
  const Document document = parsed(R"({"name":1})");
  const Reader reader(document, {.name = "file.json"}, "/secrets/3");
  CHECK(reader.place() == "file.json#/secrets/3");
  CHECK(refusal(read(reader)) == "file.json#/secrets/3/name: must be a string");
}

TEST_CASE("a name that a terminal would obey is not shown") {
  const Document escape = parsed("{\"name\":\"n\",\"a\\u001b[2J\":1}");
  CHECK(refusal(read(Reader(escape, {.name = "settings"}))) == "settings: this member is unknown");
  const Document longest = parsed(R"({"name":"n",")" + std::string(10'000, 'x') + R"(":1})");
  CHECK(refusal(read(Reader(longest, {.name = "settings"}))) == "settings: this member is unknown");
}

TEST_CASE("a hint is the error's own, or the source's") {
  const Document document = parsed(R"({"name":1})");
  const Reader reader(document, {.name = "s", .hint = "see the manual"});
  CHECK(read(reader).error().hint() == "see the manual");
  CHECK(reader.refuse({ErrorCode::usage, "is odd", "make it even"}).hint() == "make it even");
  CHECK(reader.refuse({ErrorCode::limit, "is too long"}).hint().empty());
}

int times_asked = 0;

TEST_CASE("the source hears which members there may be") {
  times_asked = 0;
  const Reader::Source source = {.name = "s", .on_wrong_members = [](const auto& known) {
                                   ++times_asked;
                                   CHECK(known.size() == 4);
                                   CHECK(known.front().name == "name");
                                 }};
  for (const char* text : {R"({"name":"n","other":1})", "{}"}) {
    const Document document = parsed(text);
    CHECK_FALSE(read(Reader(document, source)).ok());
  }
  const Document wrong_type = parsed(R"({"name":1})");
  CHECK_FALSE(read(Reader(wrong_type, source)).ok());
  CHECK(times_asked == 2);
}

TEST_CASE("numbers are held to the range of their field") {
  const Document document = parsed("[255,256,-1]");
  const Reader list(document, {.name = "s"});
  std::vector<Result<std::uint8_t>> bytes;
  std::vector<Result<std::int64_t>> wide;
  REQUIRE(list.each_element([&](const Reader& element) -> Result<void> {
    bytes.push_back(element.number_as<std::uint8_t>());
    wide.push_back(element.number_as<std::int64_t>());
    return {};
  }));
  CHECK(*bytes[0] == 255);
  CHECK(refusal(bytes[1]) == "s#/1: must be a whole number");
  CHECK(refusal(bytes[2]) == "s#/2: must be a whole number");
  CHECK(*wide[2] == -1);
  CHECK(refusal(list.numbers()) == "s#/2: must be a whole number");
}

TEST_CASE("times and durations are read as the command line writes them") {
  const Document document =
      parsed(R"(["2026-11-24T12:00:00Z",null,"90s",2,"1500ms","ms","1m0ms","soon"])");
  std::vector<Result<std::int64_t>> times;
  std::vector<Result<std::int64_t>> spans;
  REQUIRE(Reader(document, {.name = "s"}).each_element([&](const Reader& each) -> Result<void> {
    times.push_back(each.time());
    spans.push_back(each.duration());
    return {};
  }));
  CHECK(*times[0] == 1'795'521'600'000);
  CHECK(*times[1] == 0);
  CHECK(refusal(times[7]) == "s#/7: must be a time as 2026-11-24T12:00:00Z");
  CHECK(*spans[2] == 90'000);
  CHECK(*spans[3] == 2'000);
  CHECK(*spans[4] == 1'500);
  for (const std::size_t at : {1, 5, 6, 7}) CHECK_FALSE(spans[at].ok());
}

TEST_CASE("a member is found, or found to be missing") {
  const Document document = parsed(R"({"a":{"b":"c"},"l":[]})");
  const Reader root(document, {.name = "s"});
  CHECK(root.find("a")->find("b")->characters() == "c");
  CHECK_FALSE(root.find("b"));
  CHECK_FALSE(root.find("l")->find("b"));
  CHECK(root.at("a")->raw() == R"({"b":"c"})");
  CHECK(refusal(root.at("z")) == "s#/z: is missing");
  CHECK(refusal(root.find("a")->at("z")) == "s#/a/z: is missing");
  CHECK(root.find("a")->strings_by_name()->at("b") == "c");
  CHECK(refusal(root.strings_by_name()) == "s#/a: must be a string");
}

}  // namespace
}  // namespace coffer::json::json_reader_test
