// The redactor takes values out of a stream, however it is cut.
#include "tools/render/redactor.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <random>
#include <string>
#include <vector>

namespace redactor_test {

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

// This process's own time: others take their share of the clock.
double seconds_since(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
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

TEST_CASE("of a text of several lines each one is hidden by itself, but not its frame") {
  const std::string pem =
      "-----BEGIN KEY-----\nMIIMarzipan7f3a\nQQNougat91line\n-----END KEY-----\n";
  CHECK(shown({pem}, {"> MIIMarzipan7f3a\n> QQNougat91line\n"}) == "> **********\n> **********\n");
  CHECK(shown({pem}, {"> -----BEGIN KEY-----\n"}) == "> -----BEGIN KEY-----\n");
  CHECK(shown({pem}, {"-----BEGIN KEY----- MIIMarzipan7f3a QQNougat91line -----END KEY-----."}) ==
        "**********.");
  CHECK(shown({"short\nlines\there"}, {"short lines here"}) == "**********");
  CHECK(shown({R"({"pem":"first-line-of\nsecond-line-of"})"}, {"[second-line-of]"}) ==
        "[**********]");
}

TEST_CASE("a value is known as shells, URLs and base64 write it") {
  const std::string value = "it's $a \"b\"";
  CHECK(shown({value}, {R"(S='it'\''s $a "b"')"}) == "S='**********'");
  CHECK(shown({value}, {R"(S='it'"'"'s $a "b"')"}) == "S='**********'");
  CHECK(shown({value}, {R"(it\'s\ \$a\ \"b\")"}) == "**********");
  CHECK(shown({"one'\ttwo\n3"}, {R"($'one\'\ttwo\n3')"}) == "$'**********'");
  CHECK(shown({"a b/c?d=1&e"}, {"?x=a%20b%2Fc%3Fd%3D1%26e&"}) == "?x=**********&");
  CHECK(shown({"a b/c?d=1&e"}, {"?x=a+b%2Fc%3Fd%3D1%26e&"}) == "?x=**********&");
  CHECK(shown({"a b/c?d"}, {"a%20b/c%3Fd a%20b%2fc%3fd"}) == "********** **********");
  // base64 of "hunter2-hunter2", with none, one and two bytes before it.
  CHECK(shown({"hunter2-hunter2"}, {"aHVudGVyMi1odW50ZXIy"}) == "**********");
  CHECK(shown({"hunter2-hunter2"}, {"eGh1bnRlcjItaHVudGVyMg=="}) == "eG**********g==");
  CHECK(shown({"hunter2-hunter2"}, {"eHhodW50ZXIyLWh1bnRlcjI="}) == "eHh**********I=");
  CHECK(shown({"\xFB\xFF\xFE\xFB\xFF\xFE\xFB\xFF"}, {"-__--__--_8"}) == "**********8");
}

TEST_CASE("many values that begin alike cost no more than one") {
  const std::string prefix(30, 'p');
  Redactor redactor;
  for (int i = 0; i < 500; ++i) redactor.add(prefix + std::to_string(i) + "-end-of-it");
  const std::string text(1 << 20, 'p');
  SecretBytes out;
  const std::clock_t begin = std::clock();
  redactor.feed(as_bytes(text), out);
  redactor.feed(as_bytes("77-end-of-it."), out);
  const double took = seconds_since(begin);
  redactor.flush(out);
  CHECK(out.size() == text.size() - prefix.size() + 11);
  CHECK(out.text().ends_with("p**********."));
  // Some 30 times longer where each is followed by itself.
  CHECK(took < 4.0);
}

TEST_CASE("what is held back for long is moved no more than it grows") {
  const std::string value = std::string(100'000, 'a') + "b";
  Redactor redactor;
  redactor.add(value);
  const std::string text(1 << 20, 'a');
  SecretBytes out;
  const std::clock_t begin = std::clock();
  redactor.feed(as_bytes(text), out);
  CHECK(seconds_since(begin) < 4.0);
  redactor.flush(out);
  CHECK(out.text() == text);
}

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

}  // namespace redactor_test
