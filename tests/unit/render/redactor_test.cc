// The redactor takes values out of a stream, however it is cut.
#include "tools/render/redactor.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using coffer::as_bytes;
using coffer::SecretBytes;
using coffer::tools::Redactor;

namespace {

std::string shown(const std::vector<std::string>& values, const std::vector<std::string>& pieces) {
  Redactor redactor;
  for (const std::string& value : values) redactor.add(value);
  SecretBytes out;
  for (const std::string& piece : pieces) redactor.feed(as_bytes(piece), out);
  redactor.flush(out);
  return std::string(out.text());
}

}  // namespace

TEST_CASE("a value becomes ten asterisks, all else stays") {
  CHECK(shown({"hunter2"}, {"the password is hunter2, yes"}) == "the password is **********, yes");
  CHECK(shown({"hunter2"}, {"hunter2hunter2"}) == "**********");
  CHECK(shown({"hunter2"}, {"hunter2 hunter2"}) == "********** **********");
  CHECK(shown({"hunter2"}, {"hunter hunter3 hunte"}) == "hunter hunter3 hunte");
  CHECK(shown({}, {"anything"}) == "anything");
}

TEST_CASE("wherever the stream is cut the value is found") {
  const std::string text = "x aabaab aabaac y";
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    CHECK(shown({"aabaac"}, {text.substr(0, cut), text.substr(cut)}) == "x aabaab ********** y");
}

TEST_CASE("a value that begins or ends another is covered with it") {
  CHECK(shown({"pass", "password"}, {"my password!"}) == "my **********!");
  CHECK(shown({"pass", "password"}, {"my passport"}) == "my **********port");
  CHECK(shown({"word", "password"}, {"my password!"}) == "my **********!");
  CHECK(shown({"abcd", "cdef"}, {"-abcdef-"}) == "-**********-");
}

TEST_CASE("a value is known by its terminal and JSON forms as well") {
  CHECK(shown({"two\nlines"}, {"two\r\nlines"}) == "**********");
  CHECK(shown({"two\nlines"}, {R"({"v":"two\nlines"})"}) == R"({"v":"**********"})");
  CHECK(shown({"a\"b\"c"}, {R"("a\"b\"c")"}) == "\"**********\"");
}

TEST_CASE("a line end that belongs to the value is not waited for") {
  CHECK(shown({"hunter2\n"}, {"[hunter2]"}) == "[**********]");
  CHECK(shown({"hunter2\r\n"}, {"hunter2\n"}) == "**********\n");
}

TEST_CASE("what is too short to be sought is not") { CHECK(shown({"abc"}, {"abc"}) == "abc"); }

TEST_CASE("what is held back is let go, and nothing before it is lost") {
  Redactor redactor;
  redactor.add("secret-value");
  SecretBytes out;
  redactor.feed(as_bytes("login: secr"), out);
  CHECK(out.text() == "login: ");
  CHECK(redactor.holds_back());
  redactor.flush(out);
  CHECK(out.text() == "login: secr");
  CHECK_FALSE(redactor.holds_back());
}

TEST_CASE("against a search in the whole text, on random streams") {
  std::mt19937 random(4711);
  const auto letters = [&random](std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('a' + random() % 2);
    return text;
  };
  for (int round = 0; round < 2000; ++round) {
    const std::vector<std::string> values = {letters(4 + random() % 3), letters(5 + random() % 6)};
    const std::string text = letters(random() % 60);
    std::vector<bool> covered(text.size(), false);
    for (const std::string& value : values)
      for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 1))
        for (std::size_t i = at; i < at + value.size(); ++i) covered[i] = true;
    std::string expected;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!covered[i]) expected += text[i];
      if (covered[i] && (i == 0 || !covered[i - 1])) expected += "**********";
    }
    const std::size_t cut = text.empty() ? 0 : random() % text.size();
    INFO(values[0] << " " << values[1] << " in " << text);
    REQUIRE(shown(values, {text.substr(0, cut), text.substr(cut)}) == expected);
  }
}
