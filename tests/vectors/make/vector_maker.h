// Writes vectors: records as lists of fields that can be broken one by one, and their files.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace vectors {

using coffer::Bytes;

inline void put_varint(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

struct Field {
  std::uint32_t number;
  Bytes bytes;  // With its tag.
};
using Record = std::vector<Field>;

inline Field num(std::uint32_t number, std::uint64_t value) {
  Field field{number, {}};
  put_varint(field.bytes, std::uint64_t{number} << 3);
  put_varint(field.bytes, value);
  return field;
}

inline Field bin(std::uint32_t number, const Bytes& content) {
  Field field{number, {}};
  put_varint(field.bytes, std::uint64_t{number} << 3 | 2);
  put_varint(field.bytes, content.size());
  field.bytes.insert(field.bytes.end(), content.begin(), content.end());
  return field;
}

inline Field text(std::uint32_t number, std::string_view content) {
  return bin(number, Bytes(content.begin(), content.end()));
}

inline Field raw(std::uint32_t number, Bytes bytes) { return {number, std::move(bytes)}; }

/// Bytes that differ from each other: start, start + 1, ...
inline Bytes run(std::size_t size, std::uint8_t start) {
  Bytes bytes(size);
  for (std::uint8_t& byte : bytes) byte = start++;
  return bytes;
}

inline Bytes joined(const Record& record) {
  Bytes out;
  for (const Field& field : record) out.insert(out.end(), field.bytes.begin(), field.bytes.end());
  return out;
}

inline Record without(Record record, std::uint32_t number) {
  std::erase_if(record, [number](const Field& field) { return field.number == number; });
  return record;
}

/// Replaces the field of the same number, or inserts the field in order.
inline Record with(Record record, const Field& field) {
  record = without(std::move(record), field.number);
  const auto at = std::find_if(record.begin(), record.end(),
                               [&](const Field& other) { return other.number > field.number; });
  record.insert(at, field);
  return record;
}

inline Record twice(Record record, std::uint32_t number) {
  const auto at = std::find_if(record.begin(), record.end(),
                               [number](const Field& field) { return field.number == number; });
  record.insert(at, Field(*at));
  return record;
}

inline Record appended(Record record, const Field& field) {
  record.push_back(field);
  return record;
}

inline bool is_bytes(const Record& record, std::uint32_t number) {
  return std::any_of(record.begin(), record.end(), [number](const Field& field) {
    return field.number == number && (field.bytes[0] & 7) == 2;
  });
}

inline Bytes cut(Bytes bytes, std::size_t from_end) {
  bytes.resize(bytes.size() - from_end);
  return bytes;
}

class Folder {
 public:
  Folder(const std::filesystem::path& root, std::string record) : record_(std::move(record)) {
    folder_ = root / record_;
    std::filesystem::create_directories(folder_);
  }
  void ok(const char* name, const char* comment, const Bytes& bytes) const {
    write(name, "ok", comment, bytes);
  }
  void corrupt(const char* name, const char* comment, const Bytes& bytes) const {
    write(name, "corrupt", comment, bytes);
  }
  void too_new(const char* name, const char* comment, const Bytes& bytes) const {
    write(name, "too_new", comment, bytes);
  }

 private:
  void write(const std::string& name, const char* expect, const char* comment,
             const Bytes& bytes) const {
    std::ofstream file(folder_ / (name + ".txt"));
    file << "record: " << record_ << "\nexpect: " << expect << "\ncomment: " << comment << "\n\n";
    constexpr std::size_t kPerLine = 32;
    // A frame is mostly zeros; the zeros at its end are written as a count.
    std::size_t size = bytes.size();
    while (size > 0 && bytes[size - 1] == 0) --size;
    if (bytes.size() - size < 64) size = bytes.size();
    for (std::size_t i = 0; i < size; ++i) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
      file << digits << (i + 1 == size || (i + 1) % kPerLine == 0 ? '\n' : ' ');
    }
    if (size < bytes.size()) file << "zeros " << bytes.size() - size << '\n';
  }
  std::string record_;
  std::filesystem::path folder_;
};

// Breaks the rules of section 2 on a record whose field 1 is a number and which has field `blob`
// once.
inline void wire_rules(const Folder& folder, const Record& good, std::uint32_t blob) {
  const Bytes bytes = joined(good);
  folder.corrupt("cut_by_one_byte", "F-10: the last field runs past the end", cut(bytes, 1));
  folder.corrupt("last_byte_is_a_tag", "F-10: a tag without a field",
                 joined(appended(good, raw(99, {0x7a}))));
  folder.too_new("unknown_field", "F-7: field 15 is in no version 1 record",
                 joined(appended(good, num(15, 1))));
  folder.corrupt("field_twice", "F-3: a lone field given twice", joined(twice(good, blob)));
  folder.corrupt("fields_out_of_order", "F-2: field numbers fall",
                 joined(appended(without(good, good.front().number), good.front())));
  if (is_bytes(good, blob))
    folder.corrupt("number_where_bytes_belong", "F-6: the wrong wire type",
                   joined(with(good, num(blob, 7))));
  folder.corrupt("fixed32", "F-5: wire type 5",
                 joined(appended(good, raw(99, {0x7d, 1, 2, 3, 4}))));
  folder.corrupt("group", "F-5: wire types 3 and 4", joined(appended(good, raw(99, {0x7b, 0x7c}))));
  Bytes wide = good.front().bytes;
  wide[0] |= 0x80;
  wide.insert(wide.begin() + 1, 0x00);
  folder.corrupt("tag_not_shortest", "F-1: a tag of two bytes where one serves",
                 joined(with(good, raw(good.front().number, wide))));
}

// Writes the keyring's vectors; make_vectors.cc writes all others.
void keyring_vectors(const std::filesystem::path& root);

}  // namespace vectors
