// The engine advises by number; its own sentences and the command's words are two tables. And no
// other text of the engine speaks the language of one program.
#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>

#include "tests/house/source_files.h"

namespace house {
namespace {

std::string text_of(const std::string& path) {
  return read_file(std::filesystem::path(COFFER_SOURCE_DIR) / path);
}

std::vector<std::string> all_matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator each(text.begin(), text.end(), regex), end; each != end; ++each)
    found.push_back((*each)[1]);
  return found;
}

TEST_CASE("Every advice has a sentence in the engine and words in the command, once") {
  std::vector<std::string> advice =
      all_matches(text_of("engine/include/coffer/advice.h"), R"(\n  ([a-z_]+) = [1-9][0-9]*,)");
  REQUIRE(advice.size() > 50);
  const std::vector<std::string> numbers =
      all_matches(text_of("engine/include/coffer/advice.h"), R"(\n  [a-z_]+ = ([0-9]+),)");
  for (std::size_t at = 0; at < numbers.size(); ++at) CHECK(numbers[at] == std::to_string(at));
  std::sort(advice.begin(), advice.end());
  for (const char* table : {"engine/base/advice.cc", "tools/command/advice.cc"}) {
    INFO(table);
    std::vector<std::string> rows = all_matches(text_of(table), R"(Row\(Advice::([a-z_]+),)");
    std::sort(rows.begin(), rows.end());
    CHECK(rows == advice);
  }
}

// A verb of the command, or one of its options, in a text for people.
bool speaks_as_the_command(const std::string& literal) {
  static const std::regex kWords(
      R"(coffer (init|put|patch|get|list|history|delete|undelete|destroy|)"
      R"(rollback|move|copy|metadata|settings|key|anchor|audit|clock|)"
      R"(policy|config|refs|run|env|inject|status|verify|sweep|watch|)"
      R"(help)\b|(^|[ (:])--[a-z]|COFFER_KEY)");
  return std::regex_search(literal, kWords);
}

TEST_CASE("No text of the engine speaks the command's words") {
  REQUIRE(speaks_as_the_command("bring it back: coffer undelete PATH"));
  REQUIRE(speaks_as_the_command("give the current version: --cas N"));
  REQUIRE_FALSE(speaks_as_the_command("a newer coffer wrote this store"));
  for (const SourceFile& file : source_files({"engine", "format"}, {".cc"})) {
    for (const std::string& literal : all_matches(file.text, R"re("((?:[^"\\\n]|\\.)*)")re")) {
      // The tools that make keys inside a token are others' programs.
      if (literal.find("pkcs11-tool --keygen") != std::string::npos ||
          literal.find("tools, such as pkcs11-tool --keygen") != std::string::npos ||
          literal.find("--format env") != std::string::npos)
        continue;
      INFO(file.path << ": " << literal);
      CHECK_FALSE(speaks_as_the_command(literal));
    }
  }
}

}  // namespace
}  // namespace house
