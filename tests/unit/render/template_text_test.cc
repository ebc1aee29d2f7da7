// Templates: references are replaced, everything else stays to the byte.
#include "tools/render/template_text.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <string>

namespace template_text_test {

using coffer::ErrorCode;
using coffer::Result;
using coffer::SecretBytes;
using coffer::tools::expand;

namespace {

// Stands for each reference between angle brackets.
Result<SecretBytes> echo(const std::string& reference) {
  if (reference == "coffer://absent")
    return coffer::Error(ErrorCode::not_found, "there is no such secret");
  return SecretBytes::copy_of("<" + reference + ">");
}

std::string expanded(std::string_view text) {
  const auto out = expand(text, "t", echo);
  REQUIRE(out);
  return std::string(out->text());
}

std::string place_of_error(std::string_view text, ErrorCode code) {
  const auto out = expand(text, "t", echo);
  REQUIRE_FALSE(out);
  CHECK(out.error().code() == code);
  REQUIRE(out.error().subject() != nullptr);
  return out.error().subject()->text;
}

// This process's own time: others take their share of the clock.
double seconds_since(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("both spellings of a reference are replaced") {
  CHECK(expanded("a={{ coffer://team/db#pw }};") == "a=<coffer://team/db#pw>;");
  CHECK(expanded("{{coffer://x}}{{\tcoffer://y?version=2  }}") ==
        "<coffer://x><coffer://y?version=2>");
  CHECK(expanded("${secrets.team/db#pw}") == "<coffer://team/db#pw>");
  CHECK(expanded("${secrets.db_password}") == "<coffer://db_password>");
}

TEST_CASE("what belongs to others stays") {
  for (const char* text :
       {"", "${HOME} $HOME ${secret.x} ${secretsx}", "{{ .Values.x }} {{coffer}} { { coffer://x }}",
        "100% \\n \\\\ $$ ${", "{{", "}}", "{% raw %}", "coffer://team/db"})
    CHECK(expanded(text) == text);
}

TEST_CASE("an escaped reference is its letters") {
  CHECK(expanded("\\{{ coffer://x }}") == "{{ coffer://x }}");
  CHECK(expanded("$${secrets.x}") == "${secrets.x}");
  CHECK(expanded("\\\\{{ coffer://x }}") == "\\{{ coffer://x }}");
  CHECK(expanded("$$ \\{{ x }}") == "$$ \\{{ x }}");
}

TEST_CASE("what was put in is not looked at again") {
  const auto out = expand("${secrets.a}", "t", [](const std::string&) -> Result<SecretBytes> {
    return SecretBytes::copy_of("${secrets.b}{{ coffer://c }}");
  });
  REQUIRE(out);
  CHECK(out->text() == "${secrets.b}{{ coffer://c }}");
}

TEST_CASE("an error names line and column") {
  CHECK(place_of_error("one\n  {{ coffer://x", ErrorCode::usage) == "t:2:3");
  CHECK(place_of_error("{{ coffer://x\n}}", ErrorCode::usage) == "t:1:1");
  CHECK(place_of_error("ab${secrets.x", ErrorCode::usage) == "t:1:3");
  // What the reference says is told with its place.
  CHECK(place_of_error("\n\n${secrets.absent}", ErrorCode::not_found) == "t:3:1: coffer://absent");
  CHECK(place_of_error("${secrets.}", ErrorCode::usage) == "t:1:1");
}

TEST_CASE("time is linear in a line's length, whatever stands in it") {
  std::string references;
  while (references.size() < (1 << 20)) references += "{{ coffer://x }}${secrets.x}";
  for (const std::string& text :
       {std::string(1 << 22, 'x'), std::string(1 << 20, '{'), std::string(1 << 20, '$'),
        std::string(1 << 20, '\\'), "{{" + std::string(1 << 20, ' '), references}) {
    const std::clock_t begin = std::clock();
    REQUIRE(expand(text, "t", [](const std::string&) -> Result<SecretBytes> {
      return SecretBytes::copy_of("v");
    }));
    // Minutes where the line's end is looked for at every place.
    CHECK(seconds_since(begin) < 3.0);
  }
}

}  // namespace template_text_test
