// What the public headers declare, for tests that hold a table of all calls against them.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

namespace coffer::test {

/// The public part of a class, as text. `header` below engine/include/coffer/.
inline std::string public_part(const std::string& header, const std::string& type) {
  std::ifstream file(std::string(COFFER_SOURCE_DIR) + "/engine/include/coffer/" + header);
  const std::string source((std::istreambuf_iterator<char>(file)), {});
  const std::size_t begin = source.find("class COFFER_API " + type + " {");
  REQUIRE(begin != std::string::npos);
  return source.substr(
      begin, std::min(source.find("\n private:", begin), source.find("\n};", begin)) - begin);
}

}  // namespace coffer::test
