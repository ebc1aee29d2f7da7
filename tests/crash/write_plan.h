// Computes write number n of the stream, in the child that writes it and in the parent that checks
// it, so that only numbers need to cross the pipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crash {

inline constexpr std::string_view kSpec = R"({
  "type": "object",
  "properties": {
    "host": {"type": "string"},
    "password": {"type": "string", "airbyte_secret": true},
    "account": {
      "type": "object",
      "properties": {"key": {"type": "string", "airbyte_secret": true}}
    },
    "tokens": {"type": "array", "items": {
      "type": "object",
      "properties": {
        "name": {"type": "string"},
        "token": {"type": "string", "airbyte_secret": true}
      }
    }}
  }
})";

struct Write {
  bool is_config = false;
  std::string name;     // A secret's path, or a config's id.
  std::string content;  // The value, or the whole document.
};

/// A config whose password changes with every write, whose key changes seldom (so that it is kept),
/// and whose array grows and shrinks (so that secrets come and go).
inline std::string document_number(std::uint64_t number) {
  std::string text = R"({"host": "h)" + std::to_string(number) + R"(", "password": "p)" +
                     std::to_string(number) + R"(", "account": {"key": "k)" +
                     std::to_string(number / 40) + R"("}, "tokens": [)";
  for (std::uint64_t i = 0; i <= number % 3; ++i) {
    if (i != 0) text += ", ";
    text += R"({"name": "n)" + std::to_string(i) + R"(", "token": "t)" + std::to_string(i) + "-" +
            std::to_string(number / 20) + R"("})";
  }
  return text + "]}";
}

inline Write write_number(std::uint64_t number) {
  if (number % 3 == 2)
    return {true, "config-" + std::to_string(number / 3 % 4), document_number(number)};
  // Sizes around LMDB's limit for a value inside a page, so that overflow pages come and go.
  const std::size_t size = number % 7 == 0 ? 9000 : 40 + number * 97 % 2600;
  std::string value = "value-" + std::to_string(number) + ":";
  value.resize(value.size() + size, static_cast<char>('a' + number % 26));
  return {false, "stream/" + std::to_string(number % 16), value};
}

}  // namespace crash
