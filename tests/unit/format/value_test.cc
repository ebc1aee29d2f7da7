#include <coffer/value.h>

#include <catch2/catch.hpp>

#include "format/value_access.h"

namespace coffer::value_test {
namespace {

Value json_value(std::string_view text) {
  auto value = Value::json(text);
  REQUIRE(value.ok());
  return std::move(value).value();
}

TEST_CASE("a JSON value keeps its exact text") {
  constexpr std::string_view kText = " {\"n\": 1.500, \"a\":[ ]}\n";
  CHECK(json_value(kText).text() == kText);
  CHECK(json_value(kText).is_json());
  auto moved = Value::json(SecretBytes::copy_of(kText));
  REQUIRE(moved.ok());
  CHECK(moved->text() == kText);
  CHECK(moved->clone().text() == kText);
  CHECK(moved->clone().form() == Value::Form::json);
}

TEST_CASE("what is not JSON is no JSON value") {
  CHECK(Value::json("{\"a\":1,\"a\":2}").error().code() == ErrorCode::usage);
  CHECK(Value::json("{'hunter2'}").error().code() == ErrorCode::usage);
  CHECK(Value::json(SecretBytes()).error().code() == ErrorCode::usage);
  CHECK(Value::json(std::string(200, '[')).error().code() == ErrorCode::limit);
}

TEST_CASE("an opaque value holds any bytes") {
  const std::uint8_t bytes[] = {0, 255, 10};
  CHECK(Value::opaque(bytes).text() == std::string_view("\0\xFF\n", 3));
  CHECK(Value::opaque("x\n").text() == "x\n");
  CHECK_FALSE(Value::opaque("{}").is_json());
  CHECK(Value::opaque("").bytes().empty());
}

TEST_CASE("fields make an object in the order given") {
  const auto value = Value::fields({{"redshift-user", "foo"}, {"a\"b", "line\n\xC3\xA9"}});
  REQUIRE(value.ok());
  CHECK(value->text() == "{\"redshift-user\":\"foo\",\"a\\\"b\":\"line\\n\xC3\xA9\"}");
  CHECK(value->field("a\"b")->text() == "line\n\xC3\xA9");
  CHECK(*value->field_names() == std::vector<std::string>{"redshift-user", "a\"b"});
  CHECK(Value::fields({})->text() == "{}");
}

TEST_CASE("fields refuses a name twice and bytes that are not UTF-8, and tells no value") {
  const auto twice = Value::fields({{"a", "1"}, {"a", "hunter2"}});
  CHECK(twice.error().code() == ErrorCode::usage);
  CHECK(twice.error().subject()->text == "a");
  const auto bad_name = Value::fields({{"\xFF", "x"}});
  CHECK(bad_name.error().code() == ErrorCode::usage);
  CHECK(bad_name.error().subject() == nullptr);
  const auto bad_text = Value::fields({{"a", "hunter2\xFF"}});
  CHECK(bad_text.error().code() == ErrorCode::usage);
  CHECK(describe(bad_text.error()).find("hunter2") == std::string::npos);
}

TEST_CASE("a field is a string's content or another value's text") {
  const Value value =
      json_value(R"({"s":"a\u0041","n":1.0, "o":{ "x" : 1 },"z":null,"\u006b":true})");
  CHECK(value.field("s")->text() == "aA");
  CHECK_FALSE(value.field("s")->is_json());
  CHECK(value.field("n")->text() == "1.0");
  CHECK(value.field("n")->is_json());
  CHECK(value.field("o")->text() == "{ \"x\" : 1 }");
  CHECK(value.field("o")->field("x")->text() == "1");
  CHECK(value.field("z")->text() == "null");
  CHECK(value.field("k")->text() == "true");
  CHECK(*value.field_names() == std::vector<std::string>{"s", "n", "o", "z", "k"});
}

TEST_CASE("a field that is not there is an error that names it") {
  const auto missing = json_value("{\"a\":1}").field("b");
  CHECK(missing.error().code() == ErrorCode::not_found);
  CHECK(missing.error().subject()->text == "b");
  CHECK(json_value("{}").field("a\x1B[2J").error().subject() == nullptr);
}

TEST_CASE("what is no object has no fields") {
  for (const char* text : {"[1]", "\"x\"", "3", "null"}) {
    CHECK(json_value(text).field("x").error().code() == ErrorCode::usage);
    CHECK(json_value(text).field_names().error().code() == ErrorCode::usage);
  }
  CHECK(Value::opaque("{\"x\":1}").field("x").error().code() == ErrorCode::usage);
  CHECK(Value::opaque("{\"x\":1}").field_names().error().code() == ErrorCode::usage);
}

TEST_CASE("a stored value is rebuilt as it was") {
  const Value value = ValueAccess::make(Value::Form::json, SecretBytes::copy_of("{\"a\":\"b\"}"));
  CHECK(value.field("a")->text() == "b");
  CHECK_FALSE(ValueAccess::make(Value::Form::opaque, SecretBytes()).is_json());
}

}  // namespace
}  // namespace coffer::value_test
