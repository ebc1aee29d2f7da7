// The version record and the bytes its two seals bind (SPEC.md section 6).
#include <bit>
#include <cstring>

#include "base/check.h"
#include "format/records.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

void put_be64(std::uint8_t* out, std::uint64_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  std::memcpy(out, &value, sizeof value);
}

void put_be32(std::uint8_t* out, std::uint32_t value) {
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap32(value);
  std::memcpy(out, &value, sizeof value);
}

std::uint64_t get_be64(const std::uint8_t* in) {
  std::uint64_t value = 0;
  std::memcpy(&value, in, sizeof value);
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

Error malformed() { return {ErrorCode::corrupt, "a version record is malformed"}; }

constexpr std::uint32_t bit(std::uint32_t field) { return 1U << field; }

// A living version has a DEK, a tag and a value, in its record or apart. A tombstone has none of
// them, but its seal.
bool is_complete(const VersionRecord& record, std::uint32_t seen) {
  constexpr std::uint32_t kValueFields = bit(8) | bit(9) | bit(10);
  const std::uint32_t value_fields = seen & kValueFields;
  const bool has_value = value_fields == (bit(8) | bit(9)) || value_fields == (bit(8) | bit(10));
  const std::uint32_t flags = record.header.flags;
  const bool destroyed = (flags & kFlagDestroyed) != 0;
  if (!destroyed && (flags & kFlagReclaimed) != 0) return false;
  // Only the newest version has these.
  const bool tells = record.header.head_revision != 0 || record.header.older_versions != 0;
  if (tells && (flags & kFlagSuperseded) != 0) return false;
  return (seen & bit(1)) != 0 && (destroyed ? value_fields == 0 : has_value) &&
         record.wrapped_dek.size() == (destroyed ? kWrapOverhead : kWrappedKeyBytes);
}

}  // namespace

HistoryKey history_key(const PathHash& hash, std::uint64_t version) {
  HistoryKey key;
  std::memcpy(key.data(), hash.data(), hash.size());
  put_be64(key.data() + hash.size(), ~version);
  return key;
}

std::uint64_t version_of_history_key(ByteView key) {
  COFFER_CHECK(key.size() == kHistoryKeyBytes);
  return ~get_be64(key.data() + kPathHashBytes);
}

PairKey pair_key(const PathHash& first, const PathHash& second) {
  PairKey key;
  std::memcpy(key.data(), first.data(), first.size());
  std::memcpy(key.data() + first.size(), second.data(), second.size());
  return key;
}

DueKey due_key(std::int64_t due_at_ms, std::uint8_t why, const PathHash& hash,
               std::uint64_t version) {
  DueKey key;
  put_be64(key.data(), static_cast<std::uint64_t>(due_at_ms));
  key[8] = why;
  std::memcpy(key.data() + 9, hash.data(), hash.size());
  put_be64(key.data() + 9 + hash.size(), version);
  return key;
}

DueKeyParts parse_due_key(ByteView key) {
  COFFER_CHECK(key.size() == kDueKeyBytes);
  DueKeyParts parts{};
  parts.due_at_ms = static_cast<std::int64_t>(get_be64(key.data()));
  parts.why = key[8];
  std::memcpy(parts.hash.data(), key.data() + 9, parts.hash.size());
  parts.version = get_be64(key.data() + 9 + parts.hash.size());
  return parts;
}

Result<VersionRecord> decode_version(ByteView bytes) {
  VersionRecord record;
  COFFER_TRY(decode_version(bytes, record));
  return record;
}

Result<void> decode_version(ByteView bytes, VersionRecord& record) {
  VersionHeader& header = record.header;
  WireReader reader(bytes);
  std::uint32_t seen = 0;
  while (reader.next()) {
    switch (reader.field()) {
      case 1: {
        const std::uint64_t algorithm = reader.want_number();
        if (reader.ok() && algorithm > 2)
          return Error(ErrorCode::too_new, "a version is sealed with an unknown algorithm");
        header.algorithm = static_cast<ValueAlgorithm>(algorithm);
        break;
      }
      case 2: header.created_at_ms = reader.want_time(); break;
      case 3: header.deletion_at_ms = reader.want_time(); break;
      case 4: header.expires_at_ms = reader.want_time(); break;
      case 5: header.unreachable_at_ms = reader.want_time(); break;
      case 6: {
        const std::uint64_t flags = reader.want_number();
        if (reader.ok() && (flags & ~std::uint64_t{kFlagsKnown}) != 0)
          return Error(ErrorCode::too_new, "a version has an unknown flag");
        header.flags = static_cast<std::uint32_t>(flags);
        break;
      }
      case 7: record.wrapped_dek = reader.want_some_bytes(); break;
      case 8: {
        const ByteView tag = reader.want_bytes(kTagBytes);
        if (reader.ok()) std::memcpy(header.value_tag.data(), tag.data(), kTagBytes);
        break;
      }
      case 9: record.ciphertext = reader.want_some_bytes(); break;
      case 10: record.bytes_apart = reader.want_number(); break;
      case 11: header.head_revision = reader.want_u32(); break;
      case 12: header.older_versions = reader.want_u32(); break;
      default: return Error(ErrorCode::too_new, "a version record has an unknown field");
    }
    seen |= bit(reader.field());
  }
  if (!reader.ok() || !is_complete(record, seen)) return malformed();
  return {};
}

void encode_version(const VersionRecord& record, Bytes& out) {
  WireWriter<Bytes> writer(out);
  const VersionHeader& header = record.header;
  writer.number(1, static_cast<std::uint64_t>(header.algorithm));
  writer.number(2, time_to_wire(header.created_at_ms));
  writer.number(3, time_to_wire(header.deletion_at_ms));
  writer.number(4, time_to_wire(header.expires_at_ms));
  writer.number(5, time_to_wire(header.unreachable_at_ms));
  writer.number(6, header.flags);
  writer.bytes(7, record.wrapped_dek);
  if ((header.flags & kFlagDestroyed) == 0) writer.always_bytes(8, header.value_tag);
  writer.bytes(9, record.ciphertext);
  writer.number(10, record.bytes_apart);
  writer.number(11, header.head_revision);
  writer.number(12, header.older_versions);
}

DekContext dek_context(const StoreId& store, const PathHash& hash, std::uint64_t version,
                       std::uint64_t bucket_epoch, const VersionHeader& header) {
  DekContext context;
  std::uint8_t* at = context.data();
  const bool destroyed = (header.flags & kFlagDestroyed) != 0;
  *at++ = static_cast<std::uint8_t>(destroyed ? Domain::tombstone : Domain::dek);
  *at++ = static_cast<std::uint8_t>(kFormatVersion);
  at = static_cast<std::uint8_t*>(std::memcpy(at, store.data(), store.size())) + store.size();
  at = static_cast<std::uint8_t*>(std::memcpy(at, hash.data(), hash.size())) + hash.size();
  put_be64(at, version);
  put_be64(at + 8, bucket_epoch);
  at += 16;
  *at++ = static_cast<std::uint8_t>(header.algorithm);
  put_be64(at, static_cast<std::uint64_t>(header.created_at_ms));
  put_be64(at + 8, static_cast<std::uint64_t>(header.deletion_at_ms));
  put_be64(at + 16, static_cast<std::uint64_t>(header.expires_at_ms));
  put_be64(at + 24, static_cast<std::uint64_t>(header.unreachable_at_ms));
  at += 32;
  put_be32(at, header.flags);
  std::memcpy(at + 4, header.value_tag.data(), kTagBytes);
  put_be32(at + 4 + kTagBytes, header.head_revision);
  put_be32(at + 8 + kTagBytes, header.older_versions);
  return context;
}

ValueContext::ValueContext(const StoreId& store, Kind kind, std::string_view path) {
  COFFER_CHECK(path.size() + kHead + 1 <= buffer_.size());
  std::uint8_t* at = buffer_.data();
  *at++ = static_cast<std::uint8_t>(Domain::value);
  *at++ = static_cast<std::uint8_t>(kFormatVersion);
  std::memcpy(at, store.data(), store.size());
  buffer_[kHead] = static_cast<std::uint8_t>(kind);
  if (!path.empty()) std::memcpy(buffer_.data() + kHead + 1, path.data(), path.size());
  size_ = kHead + 1 + path.size();
}

void ValueContext::set(std::uint64_t version, ValueAlgorithm algorithm) {
  put_be64(buffer_.data() + 2 + kStoreIdBytes, version);
  buffer_[2 + kStoreIdBytes + 8] = static_cast<std::uint8_t>(algorithm);
}

}  // namespace coffer::format
