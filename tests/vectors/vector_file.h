// Reads a vector: "name: value" lines, an empty line, and the bytes as hex digits.
#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "base/bytes.h"

namespace coffer::format::test {

struct VectorFile {
  std::map<std::string, std::string> head;
  Bytes bytes;
  bool ok = false;
};

/// Appends a word of hex digits; false if it holds anything else.
inline bool append_hex(const std::string& word, Bytes& out) {
  if (word.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < word.size(); i += 2) {
    std::uint8_t byte = 0;
    const char* end = word.data() + i + 2;
    if (std::from_chars(word.data() + i, end, byte, 16).ptr != end) return false;
    out.push_back(byte);
  }
  return true;
}

inline VectorFile read_vector(const std::filesystem::path& path) {
  VectorFile vector;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && !line.empty()) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) return vector;
    vector.head[line.substr(0, colon)] = line.substr(colon + 2);
  }
  std::string word;
  while (file >> word) {
    if (word == "zeros") {
      std::size_t count = 0;
      if (!(file >> count) || count > 100000) return vector;
      vector.bytes.resize(vector.bytes.size() + count);
    } else if (!append_hex(word, vector.bytes)) {
      return vector;
    }
  }
  vector.ok = vector.head.contains("record") && vector.head.contains("expect");
  return vector;
}

}  // namespace coffer::format::test
