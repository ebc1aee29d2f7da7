// dotenv files: every case beside its file says what is read, or where it goes wrong.
#include "tools/exchange/dotenv/dotenv.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace dotenv_test {

namespace fs = std::filesystem;

using coffer::Error;
using coffer::ErrorCode;
using coffer::SecretBytes;
using coffer::tools::append_dotenv;
using coffer::tools::read_dotenv;
using coffer::tools::Variable;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void check_read(const std::vector<Variable>& variables, const nlohmann::json& expected) {
  REQUIRE(variables.size() == expected.size());
  for (std::size_t i = 0; i < variables.size(); ++i) {
    CHECK(variables[i].name == expected[i][0]);
    CHECK(variables[i].value.text() == expected[i][1].get<std::string>());
  }
}

void check_refused(const Error& error, const nlohmann::json& expected) {
  CHECK(error.code() == ErrorCode::usage);
  REQUIRE(error.subject() != nullptr);
  CHECK(error.subject()->text == "x.env:" + std::to_string(expected["line"].get<int>()) + ":" +
                                     std::to_string(expected["column"].get<int>()));
  CHECK(error.text().find(expected["says"].get<std::string>()) != std::string_view::npos);
}

}  // namespace

TEST_CASE("every dotenv file reads as the case beside it says") {
  int read = 0;
  int refused = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(COFFER_SOURCE_DIR) / "tests/unit/exchange/dotenv")) {
    if (entry.path().extension() != ".env") continue;
    INFO(entry.path().filename());
    const auto expected =
        nlohmann::json::parse(read_file(fs::path(entry.path()).replace_extension(".json")));
    const auto result = read_dotenv(read_file(entry.path()), "x.env");
    if (!result) UNSCOPED_INFO(describe(result.error()));
    REQUIRE(result.ok() == expected.contains("ok"));
    if (result) {
      check_read(*result, expected["ok"]);
      ++read;
    } else {
      check_refused(result.error(), expected);
      CHECK_FALSE(result.error().hint().empty());
      ++refused;
    }
  }
  CHECK(read >= 25);
  CHECK(refused >= 38);
}

TEST_CASE("what is written as dotenv is read back to the byte") {
  const std::vector<std::string> values = {
      "",    "plain",    "two words", " blanks ", "it's",        "\"",
      "a#b", "# c",      "$HOME",     "`id`",     "\\n",         "a\nb\r\nc\r",
      "\t",  "'\"",      "'\n",       "\\",       "'\\",         "\x01\x1b\x7f",
      "a=b", "\xC3\xBC", "'$`\"\\n",  "true",     "C:\\x\\'y\n", "\xE2\x80\xA8",
  };
  SecretBytes text;
  for (std::size_t i = 0; i < values.size(); ++i)
    REQUIRE(append_dotenv(text, "V" + std::to_string(i), values[i]).ok());
  const auto variables = read_dotenv(text.text(), "x.env");
  REQUIRE(variables.ok());
  REQUIRE(variables->size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK((*variables)[i].value.text() == values[i]);
}

TEST_CASE("what no dotenv file holds is refused and nothing is written") {
  SecretBytes text;
  for (const std::string_view name : {"", "1a", "a b", "a/b", "-a", "a=b", "\xC3\xBC", "a\n"})
    CHECK(append_dotenv(text, name, "x").error().code() == ErrorCode::usage);
  for (const std::string_view value : {std::string_view("a\0b", 3), std::string_view("\xff")}) {
    const auto refused = append_dotenv(text, "A", value);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().subject()->text == "A");
  }
  CHECK(text.empty());
}

}  // namespace dotenv_test
