// Protobuf's wire format, read without copying and written without a heap of strings.
//
// The generated code would copy every field into a std::string, but wrapped keys and ciphertext are
// in LMDB's map, and plaintext is in locked memory. This reader walks the bytes in place. It is
// stricter than protobuf: varints must be minimal, field numbers must rise (a repeated field may
// repeat), defaults must be left out, groups and 32-bit fields are refused. So what decodes encodes
// to the same bytes again. In the tests, the generated code of format/coffer.proto checks it.
#pragma once

#include <coffer/secret_bytes.h>

#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace coffer::format {

class WireReader {
 public:
  explicit WireReader(ByteView bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// Steps to the next field; false at the end, or if the bytes are malformed: see ok().
  bool next() {
    if (at_ == end_ || !ok_) return false;
    return read_field();
  }
  std::uint32_t field() const { return field_; }
  bool is_bytes() const { return is_bytes_; }
  std::uint64_t number() const { return number_; }
  ByteView bytes() const { return bytes_; }
  std::string_view text() const { return as_text(bytes_); }
  /// False after anything was malformed.
  bool ok() const { return ok_; }
  void fail() { ok_ = false; }

  // The current field, read as the type that it must have. The reader is not ok afterwards if the
  // field has another type, is a default value, or is a single field that is given twice.
  std::uint64_t want_number() {
    if (is_bytes_ || is_again_ || number_ == 0) ok_ = false;
    return number_;
  }
  /// A time in ms: never negative, so at most 2^63 - 1.
  std::int64_t want_time() {
    if (want_number() > 0x7FFFFFFFFFFFFFFF) ok_ = false;
    return static_cast<std::int64_t>(number_);
  }
  std::uint32_t want_u32() {
    if (want_number() > 0xFFFFFFFF) ok_ = false;
    return static_cast<std::uint32_t>(number_);
  }
  bool want_true() {
    if (want_number() != 1) ok_ = false;
    return true;
  }
  /// Bytes that are given once and are not empty.
  ByteView want_some_bytes() {
    if (!is_bytes_ || is_again_ || bytes_.empty()) ok_ = false;
    return bytes_;
  }
  /// Bytes of exactly `size`, given once.
  ByteView want_bytes(std::size_t size) {
    if (!is_bytes_ || is_again_ || bytes_.size() != size) ok_ = false;
    return bytes_;
  }
  /// An element of a repeated field: it may be empty, and others may follow.
  ByteView want_bytes() {
    if (!is_bytes_) ok_ = false;
    return bytes_;
  }

 private:
  bool read_field();
  bool read_varint(std::uint64_t& out) {
    // Most varints are one byte; the loop is in wire.cc.
    if (at_ != end_ && *at_ < 0x80) {
      out = *at_++;
      return true;
    }
    return read_long_varint(out);
  }
  bool read_long_varint(std::uint64_t& out);

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  ByteView bytes_;
  std::uint64_t number_ = 0;
  std::uint32_t field_ = 0;
  bool is_bytes_ = false;
  bool is_again_ = false;  // The field before had the same number.
  bool ok_ = true;
};

// Inline: every get comes here nine times.
inline bool WireReader::read_field() {
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

/// Appends fields to Bytes or SecretBytes. Zero numbers and empty bytes are left out,
/// as proto3 does.
template <typename Out>
class WireWriter {
 public:
  explicit WireWriter(Out& out) : out_(out) {}

  void number(std::uint32_t field, std::uint64_t value) {
    if (value == 0) return;
    varint(std::uint64_t{field} << 3);
    varint(value);
  }
  void bytes(std::uint32_t field, ByteView value) {
    if (!value.empty()) always_bytes(field, value);
  }
  void text(std::uint32_t field, std::string_view value) { bytes(field, as_bytes(value)); }
  /// Appends an element of a repeated field, in which an empty element counts.
  void always_bytes(std::uint32_t field, ByteView value) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(value.size());
    append(value);
  }
  void always_text(std::uint32_t field, std::string_view value) {
    always_bytes(field, as_bytes(value));
  }

 private:
  void varint(std::uint64_t value) {
    std::uint8_t buffer[10];
    std::size_t size = 0;
    while (value >= 0x80) {
      buffer[size++] = static_cast<std::uint8_t>(value | 0x80);
      value >>= 7;
    }
    buffer[size++] = static_cast<std::uint8_t>(value);
    append({buffer, size});
  }
  void append(ByteView bytes);
  Out& out_;
};

template <>
inline void WireWriter<Bytes>::append(ByteView bytes) {
  // Not insert(): g++ 12 sees an overflow in it that is not there.
  const std::size_t at = out_.size();
  out_.resize(at + bytes.size());
  if (!bytes.empty()) std::memcpy(out_.data() + at, bytes.data(), bytes.size());
}
template <>
inline void WireWriter<SecretBytes>::append(ByteView bytes) {
  out_.append(bytes);
}

/// Signed times are written as protobuf's int64, in two's complement; ours are never negative.
inline std::uint64_t time_to_wire(std::int64_t ms) { return static_cast<std::uint64_t>(ms); }

}  // namespace coffer::format
