// Plain English, as far as a test can hold it: sentences that a reader would have to parse twice
// begin with "Of" or use one of a few words.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cctype>
#include <regex>

#include "tests/house/source_files.h"
#include "tests/house/source_prose.h"

namespace dialect_test {

namespace {

using house::Prose;

// Folders whose prose is plain. A folder joins the list once all of it is rewritten, and never
// leaves it.
constexpr std::array<std::string_view, 3> kPlain = {"engine/", "format/", "tools/"};

constexpr std::array<std::string_view, 7> kBarred = {
    "whoever", "whomever", "anew", "is told of", "to be had", "where there is none", "is told by"};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

bool has_word(const std::string& text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

// What is not plain in the comments and literals of a file.
std::vector<std::string> check_dialect(std::string_view path, std::string_view text) {
  static const std::regex kBeginsWithOf("(^|[.?!] )Of ");
  std::vector<std::string> findings;
  for (const Prose& prose : house::prose_of(text)) {
    const std::string place = std::string(path) + ":" + std::to_string(prose.line) + ": ";
    if (prose.kind == Prose::Kind::comment && std::regex_search(prose.text, kBeginsWithOf))
      findings.push_back(place + "a sentence begins with Of");
    std::string lower = prose.text;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const std::string_view word : kBarred)
      if (has_word(lower, word)) findings.push_back(place + "says \"" + std::string(word) + "\"");
  }
  return findings;
}

bool is_plain(std::string_view path) {
  return std::any_of(kPlain.begin(), kPlain.end(),
                     [path](std::string_view folder) { return path.starts_with(folder); });
}

// What a source writes in another dialect than the others.
std::vector<std::string> check_style(std::string_view path, std::string_view text) {
  std::vector<std::string> findings;
  std::size_t number = 0;
  for (const std::string_view line : house::lines_of(text)) {
    const std::string place = std::string(path) + ":" + std::to_string(++number) + ": ";
    const std::size_t first = line.find_first_not_of(' ');
    if (path.ends_with(".cc") && first != std::string_view::npos &&
        line.substr(first).starts_with("///"))
      findings.push_back(place + "a source comments by //");
    if (line.find("Error{ErrorCode") != std::string_view::npos)
      findings.push_back(place + "an Error is made with round brackets");
  }
  return findings;
}

}  // namespace

TEST_CASE("sources are written in one dialect") {
  CHECK(check_style("a.cc", "  /// A thing.\n").size() == 1);
  CHECK(check_style("a.h", "  /// A thing.\n").empty());
  CHECK(check_style("a.cc", "// A thing: ///\n").empty());
  CHECK(check_style("a.cc", std::string("  return Error") + "{ErrorCode::io, \"x\"};\n").size() ==
        1);
  for (const auto& file :
       house::source_files({"engine", "tools", "format", "bench", "fuzz"}, {".h", ".cc"})) {
    for (const std::string& finding : check_style(file.path, file.text)) {
      INFO(finding);
      CHECK(finding.empty());
    }
  }
}

TEST_CASE("prose is read from comments and literals, and nothing else") {
  const auto prose = house::prose_of(
      "// One line\n// and the next.\n\n/// Another.\nint f(char c = '\"');  ///< A third.\n"
      "const char* s = \"a \\\" quote \"\n    \"goes on\";\n/* A block\n * of two. */\n"
      "auto r = R\"x(raw // text)x\";\n");
  std::vector<std::string> texts;
  for (const Prose& each : prose) texts.push_back(each.text);
  CHECK(texts == std::vector<std::string>{"One line and the next.", "Another.", "A third.",
                                          "a \\\" quote goes on", "A block of two. ",
                                          "raw // text"});
  CHECK(prose[3].line == 6);
}

TEST_CASE("what people read in the sources is plain English") {
  CHECK(check_dialect("a.h", "// Of a thing.\n").size() == 1);
  CHECK(check_dialect("a.h", "// A thing.\n// Of another.\n").size() == 1);
  CHECK(check_dialect("a.h", "int a;  ///< Of b.\n").size() == 1);
  CHECK(check_dialect("a.h", "// The end of it. Offers are fine.\n").empty());
  CHECK(check_dialect("a.cc", "f(\"ask whoever \"\n  \"keeps it\");\n").size() == 1);
  CHECK(check_dialect("a.cc", "f(\"no pipe is to \"\n  \"be had\");\n").size() == 1);
  CHECK(check_dialect("a.cc", "// Whoever\n").size() == 1);
  CHECK(check_dialect("a.cc", "int whoever = 0;  // renewed\n").empty());

  std::size_t read = 0;
  for (const auto& file : house::source_files({"engine", "format", "tools"}, {".h", ".cc"})) {
    if (!is_plain(file.path)) continue;
    ++read;
    for (const std::string& finding : check_dialect(file.path, file.text)) {
      INFO(finding);
      CHECK(finding.empty());
    }
  }
  CHECK(read > kPlain.size());
}

}  // namespace dialect_test
