// CRC-32C (Castagnoli, RFC 3720): Google's services send one along, to find what was garbled
// on the way. It protects from accidents only.
#pragma once

#include <array>

#include "base/bytes.h"

namespace coffer::keys {

inline std::uint32_t crc32c(ByteView bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t sum = 0xFFFFFFFF;
  for (const std::uint8_t byte : bytes) sum = sum >> 8 ^ kTable[(sum ^ byte) & 0xFF];
  return sum ^ 0xFFFFFFFF;
}

}  // namespace coffer::keys
