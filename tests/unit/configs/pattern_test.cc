#include "configs/spec/pattern.h"

#include <catch2/catch.hpp>

#include <string>

namespace pattern_test {

using coffer::ErrorCode;
using coffer::configs::Pattern;

namespace {

bool matches(const std::string& pattern, const std::string& name) {
  auto compiled = Pattern::compile(pattern);
  INFO(pattern);
  REQUIRE(compiled.ok());
  return compiled->matches(name);
}

}  // namespace

TEST_CASE("A pattern matches anywhere unless it is anchored") {
  struct Case {
    const char* pattern;
    const char* name;
    bool expected;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "abc", true},
      {"b", "abc", true},
      {"^b", "abc", false},
      {"^abc$", "abc", true},
      {"^abc$", "abcd", false},
      {"^$", "", true},
      {"^$", "a", false},
      {"^.*$", "any thing", true},
      {"^.$", "\n", false},
      {"^.$", "é", true},
      {"^..$", "é", false},
      {"^a|b$", "ax", true},
      {"^a|b$", "xb", true},
      {"^a|b$", "xax", false},
      {"^(?:a|bc)+$", "abcbca", true},
      {"^(a|bc)+$", "abcb", false},
      {"^a{2}$", "aa", true},
      {"^a{2}$", "aaa", false},
      {"^a{2,}$", "aaaa", true},
      {"^a{0,2}b$", "aab", true},
      {"^a{0,2}b$", "aaab", false},
      {"^a*?b??$", "aab", true},
      {"^(a*)*$", "aaaa", true},
      {"^(a*)*$", "aaab", false},
      {"^[a-c_]+$", "ab_c", true},
      {"^[^a-c]+$", "xyz", true},
      {"^[^a-c]+$", "xaz", false},
      {"^[]$", "a", false},
      {"^[^]$", "a", true},
      {"^[-a]+$", "-a-", true},
      {"^[a\\]\\-]+$", "a]-", true},
      {"^\\d+$", "019", true},
      {"^\\D+$", "a1", false},
      {"^\\w+$", "aZ_9", true},
      {"^\\W$", "-", true},
      {"^\\s\\S$", " x", true},
      {"^[\\d.]+$", "1.2", true},
      {"^x\\.y$", "x.y", true},
      {"^x\\.y$", "xzy", false},
      {"^\\x41\\u00e9$", "Aé", true},
      {"^[à-ü]+$", "éè", true},
      {"^x-", "x-", true},
  };
  for (const Case& each : cases) {
    INFO(each.pattern << " on " << each.name);
    CHECK(matches(each.pattern, each.name) == each.expected);
  }
}

TEST_CASE("A pattern that cannot be evaluated safely is refused") {
  for (const char* text :
       {"(?=a)", "(?!a)", "(?<=a)", "(?<n>a)", "(a)\\1", "\\bword", "\\p{L}", "\\cA", "\\ud83d"}) {
    INFO(text);
    const auto compiled = Pattern::compile(text);
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().code() == ErrorCode::usage);
  }
}

TEST_CASE("A malformed pattern is refused") {
  for (const char* text : {"(", ")", "a)", "[a", "a**", "*", "+a", "a{2", "a{3,2}", "a{x}", "[z-a]",
                           "\\", "\\x4", "\\u12", "[\\d-z]", "^*", "]", "}"}) {
    INFO(text);
    const auto compiled = Pattern::compile(text);
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().code() == ErrorCode::usage);
  }
}

TEST_CASE("A pattern too large, in text or once unfolded, is a limit") {
  const std::string nested = "((((a{40}){40}){40}){40}){40}";
  for (const std::string& text :
       {std::string(5000, 'a'), nested, std::string(100, '(') + std::string(100, ')'),
        std::string("a{99999}")}) {
    const auto compiled = Pattern::compile(text);
    REQUIRE_FALSE(compiled.ok());
    CHECK(compiled.error().code() == ErrorCode::limit);
  }
}

TEST_CASE("A pattern that makes backtracking engines hang answers") {
  const std::string name = std::string(20'000, 'a') + "!";
  CHECK_FALSE(matches("^(a+)+$", name));
  CHECK_FALSE(matches("^(a|a)*$", name));
  CHECK_FALSE(matches("^(a|aa)+$", name));
}

TEST_CASE("A name costs what is compared for it: each step, and each range of its class") {
  const auto cost = [](const std::string& text) {
    auto pattern = Pattern::compile(text);
    REQUIRE(pattern.ok());
    return pattern->cost_of(99);
  };
  CHECK(cost("[acegikmo]{100}") > 4 * cost("[a-o]{100}"));
  CHECK(cost("[a-o]{100}") > 50 * cost("[a-o]"));
  // The same characters cost the same, however they are written.
  CHECK(cost("[abcdefgabcdefg]") == cost("[a-g]"));
  CHECK(matches("^[gfedcba]+$", "badge"));
  CHECK_FALSE(matches("^[gfedcba]+$", "badges"));
}

}  // namespace pattern_test
