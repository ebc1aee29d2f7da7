#include "format/wire.h"

namespace coffer::format {

bool WireReader::read_long_varint(std::uint64_t& out) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at_ != end_; shift += 7) {
    const std::uint8_t byte = *at_++;
    if (shift == 63 && byte > 1) break;  // More than 64 bits.
    if (byte == 0 && shift > 0) break;   // Not the shortest form.
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) {
      out = value;
      return true;
    }
  }
  ok_ = false;
  return false;
}

}  // namespace coffer::format
