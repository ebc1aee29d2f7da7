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

bool WireReader::read_field() {
  std::uint64_t tag = 0;
  if (!read_varint(tag)) return false;
  const std::uint64_t number = tag >> 3;
  const std::uint64_t type = tag & 7;
  if (number < field_ || number == 0 || number > 0xFFFF) return ok_ = false;
  is_again_ = number == field_;
  field_ = static_cast<std::uint32_t>(number);
  if (type == 0) {
    is_bytes_ = false;
    bytes_ = {};
    return read_varint(number_);
  }
  if (type != 2) return ok_ = false;
  is_bytes_ = true;
  number_ = 0;
  std::uint64_t size = 0;
  if (!read_varint(size)) return false;
  if (size > static_cast<std::uint64_t>(end_ - at_)) return ok_ = false;
  bytes_ = {at_, static_cast<std::size_t>(size)};
  at_ += size;
  return true;
}

}  // namespace coffer::format
