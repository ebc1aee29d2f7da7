// What the public headers declare, for tests that hold a table of all calls against them.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

namespace coffer::test {

inline std::string public_header(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The public part, as text, of each class whose calls make up the library: Store, Transaction,
/// Snapshot and every facet of a Store. By the class's name.
inline std::map<std::string, std::string> public_parts() {
  const std::regex begin(
      R"(\nclass COFFER_API (?:(Store|Transaction|Snapshot)|([A-Za-z]+) : public Facet) \{)");
  std::map<std::string, std::string> parts;
  const std::string folder = std::string(COFFER_SOURCE_DIR) + "/engine/include/coffer";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string text = public_header(entry.path());
    std::smatch match;
    if (!std::regex_search(text, match, begin)) continue;
    const std::string body = match.suffix();
    const std::size_t end = std::min(body.find("\n private:"), body.find("\n};"));
    parts[match[1].str() + match[2].str()] = body.substr(0, end);
  }
  for (const char* name :
       {"Store", "Transaction", "Snapshot", "Configs", "Keys", "Audit", "Anchor", "Policies"}) {
    INFO(name);
    REQUIRE(parts.count(name) == 1);
  }
  return parts;
}

}  // namespace coffer::test
