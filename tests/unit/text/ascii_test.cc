#include "text/ascii.h"

#include <catch2/catch.hpp>
#include <cctype>
#include <vector>

namespace coffer::ascii::ascii_test {
namespace {

TEST_CASE("the classes are those of the C locale, for every byte") {
  for (int byte = 0; byte < 0x100; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    const bool is_ascii = byte < 0x80;
    CHECK(is_digit(c) == (is_ascii && std::isdigit(byte) != 0));
    CHECK(is_lower(c) == (is_ascii && std::islower(byte) != 0));
    CHECK(is_upper(c) == (is_ascii && std::isupper(byte) != 0));
    CHECK(is_letter(c) == (is_ascii && std::isalpha(byte) != 0));
    CHECK(is_alphanumeric(c) == (is_ascii && std::isalnum(byte) != 0));
    CHECK(is_control(c) == (is_ascii && std::iscntrl(byte) != 0));
    CHECK((hex_value(c) >= 0) == (is_ascii && std::isxdigit(byte) != 0));
    CHECK(lower(c) == (is_ascii ? static_cast<char>(std::tolower(byte)) : c));
    CHECK(upper(c) == (is_ascii ? static_cast<char>(std::toupper(byte)) : c));
  }
}

TEST_CASE("hexadecimal digits have their values") {
  for (int value = 0; value < 16; ++value) {
    CHECK(hex_value(kLowerHex[static_cast<std::size_t>(value)]) == value);
    CHECK(hex_value(kUpperHex[static_cast<std::size_t>(value)]) == value);
  }
}

TEST_CASE("case is ignored in ASCII alone") {
  CHECK(lowered("aBC-\xC3\x84") == "abc-\xC3\x84");
  CHECK(equal_without_case("Content-Type", "content-type"));
  CHECK_FALSE(equal_without_case("a", "ab"));
  CHECK_FALSE(equal_without_case("\xC3\x84", "\xC3\xA4"));
}

TEST_CASE("a number is digits alone") {
  CHECK(is_number("0123"));
  for (const char* text : {"", "-1", "+1", "1 ", "1.0", "0x1"}) CHECK_FALSE(is_number(text));
}

TEST_CASE("a number is parsed whole and within its range, or not at all") {
  CHECK(parse_number<std::uint8_t>("255") == 255);
  CHECK(parse_number<std::int64_t>("-7") == -7);
  CHECK(parse_number<unsigned>("007") == 7U);
  for (const char* text : {"", "256", "-1", "+1", " 1", "1 ", "1.0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<std::uint8_t>(text));
  }
}

TEST_CASE("a text holds only letters, digits and what is allowed besides") {
  CHECK(holds_only("aZ0", ""));
  CHECK(holds_only("a-b.c", "-."));
  CHECK(holds_only("", ""));
  CHECK_FALSE(holds_only("a b", "-."));
  CHECK_FALSE(holds_only("\xC3\xA4", ""));
}

TEST_CASE("blanks go from both ends, and stay inside") {
  CHECK(trimmed(" \ta b\t ") == "a b");
  CHECK(trimmed("\na\n") == "\na\n");
  CHECK(trimmed("\r\na\r\n", "\r\n") == "a");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
}

TEST_CASE("texts are joined in their order") {
  CHECK(joined(std::vector<std::string>{}) == "");
  CHECK(joined(std::vector<std::string>{"a"}) == "a");
  CHECK(joined(std::vector<std::string>{"a", "", "b"}) == "a, , b");
  CHECK(joined(std::vector<std::string>{"", "b"}, "|") == "|b");
  CHECK(joined(std::vector<int>{1, 2}, "-", [](int n) { return std::to_string(n); }) == "1-2");
}

}  // namespace
}  // namespace coffer::ascii::ascii_test
