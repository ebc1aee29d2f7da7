#include "text/json.h"

#include <catch2/catch.hpp>

namespace coffer::json::json_test {
namespace {

Document parsed(std::string_view text, Limits limits = {}) {
  auto document = Document::parse(text, limits);
  INFO(text);
  REQUIRE(document.ok());
  return std::move(document).value();
}

// What the error of an unreadable text says.
Error refused(std::string_view text, Limits limits = {}) {
  auto document = Document::parse(text, limits);
  INFO(text);
  REQUIRE_FALSE(document.ok());
  return document.error();
}

void require_usage_at(std::string_view text, std::size_t offset) {
  const Error error = refused(text);
  INFO(text << " -> " << error.text());
  CHECK(error.code() == ErrorCode::usage);
  REQUIRE(error.number().has_value());
  CHECK(*error.number() == offset);
}

std::string decoded(std::string_view text) { return std::string(parsed(text).string(0)); }

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// An object {"k0":0,"k1":1,...} whose keys are neither in byte order nor of one length.
std::string object_of(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) {
    if (i > 0) text += ',';
    text += "\"k" + std::to_string(i) + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST_CASE("a document keeps the exact text of every value") {
  const Document document =
      parsed(" { \"a\" : 1.50 , \"b\":[ -0, 1E+2 ,\"x\\u0041\"],\t\"c\":{} ,\"d\":null}\n");
  CHECK(document.type(0) == Type::object);
  CHECK(document.child_count(0) == 4);
  const NodeId a = document.find(0, "a");
  CHECK(document.type(a) == Type::number);
  CHECK(document.raw(a) == "1.50");
  CHECK(document.offset(a) == 9);
  CHECK(document.key(a) == "a");
  CHECK(document.raw_key(a) == "\"a\"");
  CHECK(document.key_offset(a) == 3);
  const NodeId b = document.find(0, "b");
  CHECK(document.raw(b) == "[ -0, 1E+2 ,\"x\\u0041\"]");
  CHECK(document.raw(document.element(b, 0)) == "-0");
  CHECK(document.raw(document.element(b, 1)) == "1E+2");
  CHECK(document.string(document.element(b, 2)) == "xA");
  CHECK(document.raw(document.element(b, 2)) == "\"x\\u0041\"");
  CHECK(document.element(b, 3) == kNoNode);
  CHECK(document.element(0, 0) == kNoNode);
  CHECK(document.find(b, "0") == kNoNode);
  CHECK(document.find(0, "e") == kNoNode);
  CHECK(document.type(document.find(0, "d")) == Type::null);
}

TEST_CASE("booleans are told apart") {
  CHECK(parsed("true").boolean(0));
  CHECK_FALSE(parsed("false").boolean(0));
}

TEST_CASE("strings are decoded") {
  CHECK(decoded(R"("")").empty());
  CHECK(decoded(R"("plain")") == "plain");
  CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(decoded(R"("a\u00e9b\u20ACc\ud834\udd1e")") ==
        "a\xC3\xA9"
        "b\xE2\x82\xAC"
        "c\xF0\x9D\x84\x9E");
  CHECK(decoded(R"("\u0000")") == std::string(1, '\0'));
  CHECK(decoded("\"\xF4\x8F\xBF\xBF\x7F\"") == "\xF4\x8F\xBF\xBF\x7F");
  CHECK(decoded(R"("\uFFFF\uD7FF\uE000")") == "\xEF\xBF\xBF\xED\x9F\xBF\xEE\x80\x80");
}

TEST_CASE("keys with escapes are found by what they mean") {
  const Document document = parsed(R"({"\u0061":1, "b\"" : 2, "c":"\n", "\\\"x":3})");
  CHECK(document.raw(document.find(0, "a")) == "1");
  CHECK(document.raw_key(document.find(0, "a")) == R"("\u0061")");
  CHECK(document.raw(document.find(0, "b\"")) == "2");
  CHECK(document.raw_key(document.find(0, "b\"")) == R"("b\"")");
  CHECK(document.string(document.find(0, "c")) == "\n");
  CHECK(document.raw_key(document.find(0, "\\\"x")) == R"("\\\"x")");
}

TEST_CASE("an error tells the offset and none of the text") {
  require_usage_at("", 0);
  require_usage_at("  ", 2);
  require_usage_at("{", 1);
  require_usage_at("[1", 2);
  require_usage_at("[1,]", 3);
  require_usage_at("[,1]", 1);
  require_usage_at("[1 2]", 3);
  require_usage_at("[1}", 2);
  require_usage_at("{\"a\"}", 4);
  require_usage_at("{\"a\":}", 5);
  require_usage_at("{\"a\":1,}", 7);
  require_usage_at("{a:1}", 1);
  require_usage_at("{\"a\":1 \"b\":2}", 7);
  require_usage_at("1 1", 2);
  require_usage_at("nul", 3);
  require_usage_at("True", 0);
  require_usage_at("\"abc", 4);
  require_usage_at("\"a\nb\"", 2);
  require_usage_at("\"\\x\"", 1);
  require_usage_at("\"\\", 1);
  require_usage_at("\"\\u12G4\"", 5);
  require_usage_at("\xEF\xBB\xBF{}", 0);
  const Error error = refused("{\"hunter2\":swordfish}");
  CHECK(describe(error).find("hunter2") == std::string::npos);
  CHECK(describe(error).find("sword") == std::string::npos);
  CHECK(error.subject() == nullptr);
}

TEST_CASE("numbers follow the grammar") {
  for (const char* text :
       {"0", "-0", "10", "0.0", "-1.5e-7", "1E400", "123456789012345678901234567890"}) {
    CHECK(parsed(text).raw(0) == text);
  }
  for (const char* text : {"01", "-", "-a", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1_0",
                           "00", "-01", "NaN", "Infinity", "-Infinity", "1e1.5"}) {
    CHECK(refused(text).code() == ErrorCode::usage);
  }
}

TEST_CASE("surrogates stand in pairs") {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                           R"("\ud800\n")", R"("\udc00\ud800")", R"("\ud800\u0041")"}) {
    require_usage_at(text, 1);
  }
}

TEST_CASE("UTF-8 is strict, in names and in strings") {
  for (const char* bytes :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xF0\x9D\x84"}) {
    require_usage_at("\"" + std::string(bytes) + "\"", 1);
    require_usage_at("{\"" + std::string(bytes) + "\":1}", 2);
    CHECK_FALSE(is_valid_utf8(bytes));
  }
  for (const char* bytes :
       {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CHECK(is_valid_utf8(bytes));
    CHECK(decoded("\"" + std::string(bytes) + "\"") == bytes);
  }
}

TEST_CASE("a name twice in an object is refused, in small and large ones, however spelled") {
  require_usage_at(R"({"a":1,"a":2})", 7);
  require_usage_at(R"({"a":1,"\u0061":2})", 7);
  require_usage_at(R"({"a":1,"b":{"":1,"":2}})", 17);
  CHECK(parsed(R"({"a":{"a":1},"A":{"a":2}})").child_count(0) == 2);
  for (const std::size_t members : {15, 16, 17, 100}) {
    std::string text = object_of(members);
    text.back() = ',';
    const std::size_t offset = text.size();
    require_usage_at(text + R"("\u006b7":null})", offset);
    require_usage_at(text + R"("k3":1, "k3":1, "k4":1})", offset);
  }
}

TEST_CASE("large containers answer by name and by index") {
  constexpr std::size_t kMembers = 100'000;
  const Document object = parsed(object_of(kMembers));
  REQUIRE(object.child_count(0) == kMembers);
  for (std::size_t i = 0; i < kMembers; ++i) {
    const NodeId member = object.find(0, "k" + std::to_string(i));
    if (member == kNoNode || object.raw(member) != std::to_string(i)) FAIL("lost member " << i);
  }
  CHECK(object.find(0, "k") == kNoNode);
  CHECK(object.find(0, "k100000") == kNoNode);
  CHECK(object.find(0, "z") == kNoNode);
  const Document array = parsed("[[" + repeated("1,", 50) + "2],[" + repeated("3,", 20) + "4]]");
  CHECK(array.raw(array.element(array.element(0, 0), 50)) == "2");
  CHECK(array.raw(array.element(array.element(0, 0), 49)) == "1");
  CHECK(array.element(array.element(0, 0), 51) == kNoNode);
  CHECK(array.raw(array.element(array.element(0, 1), 20)) == "4");
  CHECK(array.raw(array.element(array.element(0, 1), 0)) == "3");
}

TEST_CASE("depth is limited without recursion") {
  const auto nested = [](std::size_t depth) { return repeated("[", depth) + repeated("]", depth); };
  CHECK(parsed(nested(128)).raw(0).size() == 256);
  const Error error = refused(nested(129));
  CHECK(error.code() == ErrorCode::limit);
  CHECK(error.number() == 128);
  CHECK(refused("[[]]", {.depth = 1}).code() == ErrorCode::limit);
  CHECK(parsed("[1]", {.depth = 1}).child_count(0) == 1);
  CHECK(parsed("1", {.depth = 0}).raw(0) == "1");
  CHECK(parsed(nested(400'000), {.depth = 400'000}).child_count(0) == 1);
  CHECK(refused(repeated("{\"\":", 400'000), {.depth = 400'000}).code() == ErrorCode::usage);
}

TEST_CASE("the number of values is limited") {
  CHECK(parsed("[1,2]", {.nodes = 3}).child_count(0) == 2);
  const Error error = refused("[1,2,3]", {.nodes = 3});
  CHECK(error.code() == ErrorCode::limit);
  CHECK(error.number() == 3);
}

TEST_CASE("the length of a text is limited") {
  std::string text(kMaxTextBytes, ' ');
  text[0] = '7';
  CHECK(parsed(text).raw(0) == "7");
  text += ' ';
  const Error error = refused(text);
  CHECK(error.code() == ErrorCode::limit);
  CHECK(error.number() == kMaxTextBytes);
  CHECK(Document::parse(SecretBytes::copy_of(text)).error().code() == ErrorCode::limit);
}

TEST_CASE("what is quoted decodes to itself") {
  std::string all;
  for (int byte = 0; byte < 0x80; ++byte) all += static_cast<char>(byte);
  all += "\xC3\xA9\xF0\x9D\x84\x9E";
  CHECK(decoded(json::quoted(all)) == all);
  SecretBytes out = SecretBytes::copy_of(std::string_view("["));
  append_quoted(out, all);
  CHECK(out.text() == "[" + json::quoted(all));
  CHECK(json::quoted("a\"\\\n\x01\x1F") == R"("a\"\\\n\u0001\u001f")");
  CHECK(json::quoted("") == "\"\"");
}

TEST_CASE("pointers are printed and parsed back") {
  for (const char* text : {"", "/", "/a", "/a~1b/m~0n/~01/0//x", "/ /\xC3\xA9"}) {
    const auto pointer = parse_pointer(text);
    REQUIRE(pointer.ok());
    CHECK(print_pointer(*pointer) == text);
  }
  CHECK(*parse_pointer("/a~1b/~01") == Pointer{"a/b", "~1"});
  for (const char* text : {"a", "#", "/~", "/~2", "/a~", "/\xFF"})
    CHECK(parse_pointer(text).error().code() == ErrorCode::usage);
}

TEST_CASE("pointers lead to their place or nowhere") {
  const Document document = parsed(R"({"a/b":[10,{"m~n":"x"}],"":0,"0":1})");
  const auto at = [&](std::string_view text) {
    const NodeId node = resolve(document, *parse_pointer(text));
    return node == kNoNode ? "none" : std::string(document.raw(node));
  };
  CHECK(at("") == document.raw(0));
  CHECK(at("/a~1b/0") == "10");
  CHECK(at("/a~1b/1/m~0n") == "\"x\"");
  CHECK(at("/") == "0");
  CHECK(at("/0") == "1");
  for (const char* text : {"/a~1b/2", "/a~1b/-", "/a~1b/00", "/a~1b/+0", "/a~1b/ 0", "/a~1b/0x",
                           "/a~1b/", "/a~1b/99999999999999999999999", "/a~1b/0/0", "/b", "//"}) {
    INFO(text);
    CHECK(at(text) == "none");
  }
}

TEST_CASE("a splice changes what it is told to and nothing else") {
  const Document document = parsed(" {\"a\" : 1,  \"b\":[2 ,3]}\n");
  CHECK(Splice(document).text().text() == document.text().text());
  Splice splice(document);
  splice.replace(document.element(document.find(0, "b"), 1), SecretBytes::copy_of("{}"));
  splice.replace(document.find(0, "a"), SecretBytes::copy_of("\"long text\""));
  splice.replace_span(1, 1, SecretBytes::copy_of("<"));
  CHECK(std::move(splice).text().text() == " <{\"a\" : \"long text\",  \"b\":[2 ,{}]}\n");
  Splice part(document);
  part.replace(document.element(document.find(0, "b"), 0), SecretBytes::copy_of("null"));
  CHECK(std::move(part).raw(document.find(0, "b")).text() == "[null ,3]");
  Splice root(document);
  root.replace(0, SecretBytes::copy_of("7"));
  root.replace_span(1, 1, SecretBytes::copy_of("<"));
  root.replace_span(1, 1, SecretBytes::copy_of(">"));
  CHECK(std::move(root).text().text() == " <>7\n");
}

}  // namespace
}  // namespace coffer::json::json_test
