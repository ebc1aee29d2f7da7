#include "format/names.h"

#include <catch2/catch.hpp>

#include "format/limits.h"

namespace coffer::format::names_test {
namespace {

constexpr std::string_view kUuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
constexpr std::string_view kNil = "00000000-0000-0000-0000-000000000000";

ErrorCode path_error(std::string_view path) {
  const auto checked = check_path(path);
  INFO(path);
  REQUIRE_FALSE(checked.ok());
  return checked.error().code();
}

TEST_CASE("paths may hold any text that a terminal can show") {
  for (const char* path : {"a", "a/b/c", "...", ".a", "a.", "..a/b..", " ", "a b/#?%&\\\"'", "-x",
                           "~", "\xC3\xA9/\xF0\x9F\x94\x91", "\xC2\xA0", "coffer:", "A/a"}) {
    INFO(path);
    CHECK(check_path(path).ok());
    CHECK(check_config_id(path).ok());
  }
  CHECK(check_path(std::string(kPathBytesMax, 'x')).ok());
}

TEST_CASE("paths have no empty, dot or unreadable components") {
  for (const char* path :
       {"",         "/",         "/a",   "a/",     "a//b",         ".",       "..",
        "a/./b",    "a/..",      "../a", "a/.",    "a\nb",         "\x1B[2J", "a\x7F",
        "\xC2\x80", "a\xC2\x9F", "\xFF", "a/\xC3", "\xED\xA0\x80", "\xC0\xAF"}) {
    CHECK(path_error(path) == ErrorCode::usage);
    CHECK(check_config_id(path).error().code() == ErrorCode::usage);
  }
  CHECK(path_error(std::string_view("a\0b", 3)) == ErrorCode::usage);
}

TEST_CASE("a path one byte too long is a limit, counted in bytes") {
  const auto checked = check_path(std::string(kPathBytesMax + 1, 'x'));
  CHECK(checked.error().code() == ErrorCode::limit);
  CHECK(checked.error().number() == kPathBytesMax);
  std::string accents;
  for (std::size_t i = 0; i < kPathBytesMax / 2; ++i) accents += "\xC3\xA9";
  CHECK(check_path(accents).ok());
  CHECK(path_error(accents + "x") == ErrorCode::limit);
}

TEST_CASE("an error shows the path only where a terminal would show it") {
  CHECK(check_path("a//b").error().subject()->text == "a//b");
  CHECK(check_path("a//b").error().subject()->kind == Subject::Kind::path);
  CHECK(check_config_id("a//b").error().subject()->kind == Subject::Kind::name);
  CHECK(check_path("a\x1B[2J").error().subject() == nullptr);
  CHECK(check_path("a\xC2\x9B"
                   "2J")
            .error()
            .subject() == nullptr);
  CHECK(check_path("\xFF").error().subject() == nullptr);
  CHECK(check_path(std::string(1 << 20, 'x')).error().subject() == nullptr);
}

TEST_CASE("coordinates print as they were parsed") {
  for (const char* text :
       {"airbyte_x_v1", "airbyte_existing_coordinate_v12", "airbyte_a/b_v3", "airbyte_x_v1_v2",
        "airbyte___v7", "airbyte_x_v_v1", "airbyte_x_v18446744073709551615"}) {
    const auto coordinate = parse_coordinate(text);
    INFO(text);
    REQUIRE(coordinate.has_value());
    CHECK(print_coordinate(*coordinate) == text);
    CHECK(check_path(coordinate->base).ok());
  }
  CHECK(parse_coordinate("airbyte_x_v1_v2") == Coordinate{"airbyte_x_v1", 2});
}

TEST_CASE("what is not spelled canonically is no coordinate") {
  for (const char* text : {"",
                           "airbyte_",
                           "airbyte_v1",
                           "airbyte__v1",
                           "some_secret_v1",
                           "airbyte_x",
                           "airbyte_x_v",
                           "airbyte_x_v0",
                           "airbyte_x_v01",
                           "airbyte_x_v007",
                           "airbyte_x_v+3",
                           "airbyte_x_v-3",
                           "airbyte_x_v 3",
                           "airbyte_x_v3 ",
                           "airbyte_x_v1.0",
                           "airbyte_x_v1a",
                           "airbyte_x_V1",
                           "Airbyte_x_v1",
                           " airbyte_x_v1",
                           "airbyte_x_v18446744073709551616",
                           "airbyte_x_v99999999999999999999999999",
                           "airbyte_//_v1",
                           "airbyte_x\n_v1",
                           "airbyte_x_v1\n",
                           "airbyte_\xFF_v1"}) {
    INFO(text);
    CHECK_FALSE(parse_coordinate(text).has_value());
  }
  CHECK(parse_coordinate("airbyte_" + std::string(kPathBytesMax - 8, 'x') + "_v1").has_value());
  CHECK_FALSE(
      parse_coordinate("airbyte_" + std::string(kPathBytesMax - 7, 'x') + "_v1").has_value());
}

TEST_CASE("managed names are told from others") {
  const std::string name =
      "airbyte_workspace_" + std::string(kNil) + "_secret_" + std::string(kUuid);
  const auto managed = parse_managed_name(name);
  REQUIRE(managed.has_value());
  CHECK(managed->workspace == kNil);
  CHECK(managed->secret == kUuid);
  CHECK(print_managed_name(*managed) == name);
  CHECK(parse_coordinate(name + "_v2") == Coordinate{name, 2});
  CHECK_FALSE(parse_managed_name(name + "_v2").has_value());
  CHECK_FALSE(parse_managed_name(name.substr(0, name.size() - 1)).has_value());
  CHECK_FALSE(parse_managed_name("x" + name).has_value());
  CHECK_FALSE(parse_managed_name("").has_value());
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{18}, std::size_t{26}, std::size_t{56}, name.size() - 1}) {
    std::string changed = name;
    changed[at] = 'G';
    INFO(changed);
    CHECK_FALSE(parse_managed_name(changed).has_value());
  }
}

TEST_CASE("a UUID is lower-case and hyphenated") {
  CHECK(is_uuid(kUuid));
  CHECK(is_uuid(kNil));
  for (const char* text :
       {"", "0F1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f", "{f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f}",
        "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1g0", "0f1e2d3c-4b5a-6978_8796-a5b4c3d2e1f0"}) {
    CHECK_FALSE(is_uuid(text));
  }
}

TEST_CASE("a URI names a path, perhaps a version, perhaps a field") {
  CHECK(*parse_uri("coffer://a/b") == SecretUri{"a/b", 0, std::nullopt});
  CHECK(*parse_uri("coffer://a?version=7") == SecretUri{"a", 7, std::nullopt});
  CHECK(*parse_uri("coffer://a#f") == SecretUri{"a", 0, "f"});
  CHECK(*parse_uri("coffer://a?version=18446744073709551615#f/g?h") ==
        SecretUri{"a", 18446744073709551615U, "f/g?h"});
  CHECK(*parse_uri("coffer://a%20b%23%3F%25/\xC3\xA9%c3%A9#x%23y%2Fz") ==
        SecretUri{"a b#?%/\xC3\xA9\xC3\xA9", 0, "x#y/z"});
  CHECK(*parse_uri("coffer://a b") == SecretUri{"a b", 0, std::nullopt});
  CHECK(*parse_uri("coffer://add") == SecretUri{"add", 0, std::nullopt});
  CHECK(*parse_uri("coffer://a#") == SecretUri{"a", 0, ""});
  CHECK(*parse_uri("coffer://a+b") == SecretUri{"a+b", 0, std::nullopt});
}

TEST_CASE("URIs that could mean two things, or nothing, are refused") {
  for (const char* text : {"",
                           "a",
                           "coffer:",
                           "coffer:/a",
                           "coffer://",
                           "coffer:///a",
                           "coffer://a/",
                           "coffer://a//b",
                           "Coffer://a",
                           " coffer://a",
                           "coffer://?version=1",
                           "coffer://#f",
                           "coffer://a?",
                           "coffer://a?version",
                           "coffer://a?version=",
                           "coffer://a?version=0",
                           "coffer://a?version=01",
                           "coffer://a?version=-1",
                           "coffer://a?version=+1",
                           "coffer://a?version=1x",
                           "coffer://a?version=18446744073709551616",
                           "coffer://a?version=1&version=2",
                           "coffer://a?version=1&x=2",
                           "coffer://a?Version=1",
                           "coffer://a?v%65rsion=1",
                           "coffer://a?ttl=1",
                           "coffer://a?version=1?version=1",
                           "coffer://a%",
                           "coffer://a%2",
                           "coffer://a%2G",
                           "coffer://a%-1",
                           "coffer://a#b#c",
                           "coffer://a#%",
                           "coffer://a%2Fb",
                           "coffer://a/%2e%2e/b",
                           "coffer://%2E",
                           "coffer://a%00b",
                           "coffer://a%0A",
                           "coffer://a%FF",
                           "coffer://a#%FF",
                           "coffer://a\nb",
                           "coffer://a#\x1B",
                           "coffer://a%C2%9B"}) {
    const auto uri = parse_uri(text);
    INFO(text);
    REQUIRE_FALSE(uri.ok());
    CHECK(uri.error().code() == ErrorCode::usage);
  }
  CHECK(parse_uri("coffer://" + std::string(kPathBytesMax + 1, 'x')).error().code() ==
        ErrorCode::limit);
  CHECK(parse_uri("coffer://a?ttl=1").error().subject()->text == "coffer://a?ttl=1");
  CHECK(parse_uri("coffer://a\x1B").error().subject() == nullptr);
}

TEST_CASE("a printed URI is parsed back") {
  for (const SecretUri& uri : {SecretUri{"a", 0, std::nullopt}, SecretUri{"a/b", 3, "f"},
                               SecretUri{"100%/#?&=+ \xC3\xA9", 0, "#/?% \xC3\xA9\n"},
                               SecretUri{"a-._~z", 18446744073709551615U, ""}}) {
    const auto again = parse_uri(print_uri(uri));
    INFO(print_uri(uri));
    REQUIRE(again.ok());
    CHECK(*again == uri);
  }
  CHECK(print_uri({"a b/c", 2, "d/e"}) == "coffer://a%20b/c?version=2#d%2Fe");
}

TEST_CASE("a reference is a URI, a coordinate or a path taken literally") {
  CHECK(*parse_ref("coffer://a?version=2#f") == SecretUri{"a", 2, "f"});
  CHECK(*parse_ref("a?version=2#f") == SecretUri{"a?version=2#f", 0, std::nullopt});
  CHECK(*parse_ref("a%20b") == SecretUri{"a%20b", 0, std::nullopt});
  CHECK(*parse_ref("airbyte_x_v3") == SecretUri{"airbyte_x", 3, std::nullopt});
  CHECK(*parse_ref("airbyte_x_v03") == SecretUri{"airbyte_x_v03", 0, std::nullopt});
  CHECK(*parse_ref("airbyte_x_v3#f") == SecretUri{"airbyte_x_v3#f", 0, std::nullopt});
  CHECK(*parse_ref("coffer://airbyte_x_v3#f") == SecretUri{"airbyte_x", 3, "f"});
  CHECK(*parse_ref("coffer://airbyte_x_v3?version=3") == SecretUri{"airbyte_x", 3, std::nullopt});
  CHECK(parse_ref("coffer://airbyte_x_v3?version=4").error().code() == ErrorCode::usage);
  CHECK(parse_ref("coffer://a?x=1").error().code() == ErrorCode::usage);
  CHECK(parse_ref("Coffer://a").error().code() == ErrorCode::usage);
  CHECK(parse_ref("a/../b").error().code() == ErrorCode::usage);
  CHECK(parse_ref("").error().code() == ErrorCode::usage);
  CHECK(parse_ref(std::string(kPathBytesMax + 1, 'x')).error().code() == ErrorCode::limit);
}

}  // namespace
}  // namespace coffer::format::names_test
