// Numbers and bytes spelled out: big-endian as the format binds them, hex as people read them.
#pragma once

#include <concepts>
#include <string>

#include "base/bytes.h"

namespace coffer {

template <std::unsigned_integral Number>
void append_big_endian(Bytes& out, Number number) {
  for (std::size_t left = sizeof number; left > 0; --left)
    out.push_back(static_cast<std::uint8_t>(number >> (8 * (left - 1))));
}

/// Lower case, two digits a byte. Not for secrets: a std::string is not wiped.
inline std::string hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace coffer
