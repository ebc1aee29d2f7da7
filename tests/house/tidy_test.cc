// Style that a compiler does not check. Each rule is a function on text, tried first on a made-up
// text that breaks it.
#include <catch2/catch.hpp>
#include <regex>

#include "tests/house/source_files.h"

namespace tidy_test {

namespace {

using house::lines_of;
using house::source_files;

using Findings = std::vector<std::string>;

std::string at(std::string_view path, std::size_t line) {
  return std::string(path) + ":" + std::to_string(line) + ": ";
}

Findings check_lines(std::string_view path, std::string_view text) {
  constexpr std::size_t kColumnsMax = 100;
  // Written in halves, so that this file passes its own test.
  static const std::regex kUnfinished(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X)\\b");
  // A test may hold any data: a long literal, a letter of any script.
  const bool may_hold_data = path.starts_with("tests/");
  Findings findings;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const bool is_data = may_hold_data && line.find('"') != std::string_view::npos;
    if (line.size() > kColumnsMax && !is_data)
      findings.push_back(at(path, number) + "longer than 100 columns");
    for (const char c : line) {
      if (c >= ' ' && c <= '~') continue;
      if (is_data && c != '\t') continue;
      findings.push_back(at(path, number) + "a tab, or not printable ASCII");
      break;
    }
    if (!line.empty() && line.back() == ' ')
      findings.push_back(at(path, number) + "ends in a blank");
    if (std::regex_search(line.begin(), line.end(), kUnfinished))
      findings.push_back(at(path, number) + "unfinished work");
  }
  if (!text.empty() && text.back() != '\n') findings.push_back(at(path, number) + "no line end");
  return findings;
}

// Measures functions that begin in the first column: in this style all but those inside a class.
Findings check_function_lengths(std::string_view path, std::string_view text) {
  constexpr std::size_t kLinesMax = 70;
  static const std::regex kNoFunction(
      "^(namespace|struct|class|union|enum|extern|template|typedef|using|#|//|/\\*|\\})");
  Findings findings;
  std::size_t number = 0;
  std::size_t begin = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const bool first_column = !line.empty() && line[0] != ' ';
    if (begin == 0 && first_column && !std::regex_search(line.begin(), line.end(), kNoFunction))
      begin = number;
    if (!first_column || begin == 0) continue;
    if (line == "}" && number - begin + 1 > kLinesMax) {
      findings.push_back(at(path, begin) + "a function of " + std::to_string(number - begin + 1) +
                         " lines");
    }
    if (line[0] == '}' || line.back() == ';') begin = 0;
  }
  return findings;
}

// Finds COFFER_TRY after a comma in a braced list: on an error the list would leave its finished
// elements undestroyed.
Findings check_tries(std::string_view path, std::string_view text) {
  static constexpr std::string_view kTry = "COFFER_TRY(";
  Findings findings;
  for (std::size_t at_try = text.find(kTry); at_try != std::string_view::npos;
       at_try = text.find(kTry, at_try + 1)) {
    int depth = 0;
    bool behind_comma = false;
    for (std::size_t i = at_try; i-- > 0;) {
      const char c = text[i];
      if (c == ')' || c == ']' || c == '}') ++depth;
      if (c == ',' && depth == 0) behind_comma = true;
      if (c == ';' && depth == 0) break;
      if (c != '(' && c != '[' && c != '{') continue;
      if (depth-- > 0) continue;
      depth = 0;
      // A block's brace follows a blank; so does a list's brace if a word comes before it.
      const std::string_view before = text.substr(0, i);
      const bool is_block = c == '{' && (before.ends_with(' ') || before.ends_with('\n')) &&
                            !before.ends_with("return ") && !before.ends_with("= ") &&
                            !before.ends_with(", ");
      if (is_block) break;
      if (c == '{' && behind_comma) {
        const auto line = std::count(text.begin(), text.begin() + static_cast<long>(at_try), '\n');
        findings.push_back(at(path, static_cast<std::size_t>(line) + 1) +
                           "COFFER_TRY behind another member of a braced list");
        break;
      }
      behind_comma = false;
    }
  }
  return findings;
}

Findings check_name(std::string_view path) {
  static const std::regex kVague("(^|/)(util|utils|common|misc|helper|helpers)(\\.|/|_)");
  static const std::regex kSnakeCase("(^|/)[a-z0-9_]+\\.(cc|h)$");
  Findings findings;
  if (std::regex_search(path.begin(), path.end(), kVague))
    findings.push_back(std::string(path) + ": a name that says nothing");
  if (!std::regex_search(path.begin(), path.end(), kSnakeCase))
    findings.push_back(std::string(path) + ": not snake_case");
  return findings;
}

// Anchors like [F-12] in the order of their first appearance.
std::vector<std::string> anchors_in(const std::string& text) {
  static const std::regex kAnchor("\\[F-[0-9]+\\]");
  std::vector<std::string> anchors;
  for (std::sregex_iterator it(text.begin(), text.end(), kAnchor), end; it != end; ++it) {
    if (std::find(anchors.begin(), anchors.end(), it->str()) == anchors.end())
      anchors.push_back(it->str());
  }
  return anchors;
}

// Whether the text holds "F-12" as a whole: F-12 does not count for F-1.
bool cites(const std::string& text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (end == text.size() || text[end] < '0' || text[end] > '9') return true;
  }
  return false;
}

// Finds lines of a normative text that say MUST but have no number to test them by.
Findings unnumbered_musts(std::string_view path, const std::string& text) {
  static const std::regex kMust("\\bMUST\\b");
  Findings findings;
  std::string paragraph;
  std::size_t begin = 0;
  std::size_t number = 0;
  const auto close = [&] {
    const bool defines_the_word = paragraph.find("BCP 14") != std::string::npos;
    if (!defines_the_word && std::regex_search(paragraph, kMust) && anchors_in(paragraph).empty())
      findings.push_back(at(path, begin) + "a MUST without a number");
    paragraph.clear();
  };
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const bool starts_new = line.empty() || line[0] == '#' || line[0] == '|' || line[0] == '-' ||
                            line[0] == '*' || line[0] == '[';
    if (starts_new) close();
    if (paragraph.empty()) begin = number;
    paragraph += std::string(line) + "\n";
  }
  close();
  return findings;
}

std::vector<house::SourceFile> all_code() {
  return source_files({"engine", "format", "tools", "tests", "bench", "fuzz"}, {".h", ".cc"});
}

void report(const Findings& findings) {
  for (const std::string& finding : findings) FAIL_CHECK(finding);
}

}  // namespace

TEST_CASE("lines are short, ASCII and finished") {
  CHECK(check_lines("a.cc", std::string(101, 'x') + "\n").size() == 1);
  CHECK(check_lines("a.cc", "\tx\n").size() == 1);
  CHECK(check_lines("a.cc", "caf\xC3\xA9\n").size() == 1);
  CHECK(check_lines("a.cc", "x \n").size() == 1);
  CHECK(check_lines("a.cc", std::string("// TO") + "DO later\n").size() == 1);
  CHECK(check_lines("a.cc", "x").size() == 1);
  CHECK(check_lines("a.cc", "f(\"caf\xC3\xA9\");\n").size() == 1);
  CHECK(check_lines("tests/a.cc", "f(\"caf\xC3\xA9\");\n").empty());
  CHECK(check_lines("tests/a.cc", "\tf(\"\");\n").size() == 1);
  CHECK(check_lines("tests/a.cc", std::string(101, 'x') + "\n").size() == 1);
  CHECK(check_lines("a.cc", std::string(100, 'x') + "\n").empty());

  const auto files = all_code();
  REQUIRE(files.size() > 10);
  for (const auto& file : files) report(check_lines(file.path, file.text));
}

TEST_CASE("a function fits on a screen") {
  const auto function_of = [](int body_lines) {
    std::string text = "namespace {\n\nint f(int a,\n      int b) {\n";
    for (int i = 0; i < body_lines; ++i) text += "  a += b;\n";
    return text + "}\n\n}  // namespace\n";
  };
  CHECK(check_function_lengths("a.cc", function_of(68)).size() == 1);
  CHECK(check_function_lengths("a.cc", function_of(67)).empty());

  for (const auto& file : source_files({"engine", "format", "tools"}, {".h", ".cc"}))
    report(check_function_lengths(file.path, file.text));
}

TEST_CASE("an error leaves no half-made list behind") {
  CHECK(check_tries("a.cc", "return Pair{a, COFFER_TRY(b())};\n").size() == 1);
  CHECK(check_tries("a.cc", "all.push_back({f(a, 1),\n  COFFER_TRY(b())});\n").size() == 1);
  CHECK(check_tries("a.cc", "return {a, COFFER_TRY(b())};\n").size() == 1);
  CHECK(check_tries("a.cc", "all.push_back({COFFER_TRY(b()), a});\n").empty());
  CHECK(check_tries("a.cc", "if (a, b) {\n  COFFER_TRY(b());\n}\n").empty());
  CHECK(check_tries("a.cc", "f(a, [&](int x, int y) { COFFER_TRY(b()); });\n").empty());
  CHECK(check_tries("a.cc", "const int a{f(b, COFFER_TRY(c()))};\n").empty());

  for (const auto& file : all_code()) {
    if (!file.path.starts_with("tests/house/")) report(check_tries(file.path, file.text));
  }
}

TEST_CASE("a file's name tells its one idea") {
  CHECK(check_name("engine/base/util.h").size() == 1);
  CHECK(check_name("engine/common/a.h").size() == 1);
  CHECK(check_name("engine/base/Bytes.h").size() == 1);
  CHECK(check_name("engine/base/locked_arena.h").empty());

  for (const auto& file : all_code()) report(check_name(file.path));
}

TEST_CASE("every header is read once and says what it is") {
  for (const auto& file : source_files({"engine", "format", "tools"}, {".h"})) {
    INFO(file.path);
    // The C interface must also compile as C.
    const bool is_c = file.text.starts_with("/*");
    CHECK(file.text.find(is_c ? "#ifndef COFFER_" : "#pragma once\n") != std::string::npos);
    CHECK((is_c || file.text.starts_with("// ")));
  }
}

TEST_CASE("every MUST of the format has a number, and a test that cites it") {
  CHECK(anchors_in("[F-1] a [F-12] b [F-1]") == std::vector<std::string>{"[F-1]", "[F-12]"});
  CHECK(cites("// F-12: a thing", "F-12"));
  CHECK_FALSE(cites("// F-12: a thing", "F-1"));
  CHECK(unnumbered_musts("SPEC.md", "A reader MUST stop.\n").size() == 1);
  CHECK(unnumbered_musts("SPEC.md", "[F-1] A reader\nMUST stop.\n").empty());

  const std::string spec =
      house::read_file(std::filesystem::path(COFFER_SOURCE_DIR) / "format" / "SPEC.md");
  REQUIRE_FALSE(spec.empty());
  const auto anchors = anchors_in(spec);
  REQUIRE(anchors.size() > 10);
  report(unnumbered_musts("format/SPEC.md", spec));
  std::string tests;
  for (const auto& file : source_files({"tests", "fuzz"}, {".h", ".cc", ".txt", ".sh"})) {
    if (file.path == "tests/house/tidy_test.cc") continue;  // Its numbers are made up.
    tests += file.text;
  }
  for (const std::string& anchor : anchors) {
    INFO("format/SPEC.md " << anchor << " is cited by no test");
    CHECK(cites(tests, anchor.substr(1, anchor.size() - 2)));
  }
}

}  // namespace tidy_test
