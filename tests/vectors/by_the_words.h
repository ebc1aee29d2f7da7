// A second reader, written from the words of format/SPEC.md alone. It uses the primitives and the
// record codecs, but nothing of engine/keys and engine/secrets, which it checks.
#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "format/keyring_records.h"
#include "format/records.h"

namespace coffer::words {

/// "ok", or the name of the error code.
template <typename T>
std::string outcome_of(const Result<T>& result) {
  return result ? "ok" : std::string(code_name(result.error().code()));
}

inline Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, ByteView bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

inline Bytes be(std::uint64_t value, int size) {
  Bytes out;
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

inline Bytes operator+(Bytes a, ByteView b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes context(std::uint8_t d, ByteView store_id, ByteView rest) {
  return Bytes{d, 0x01} + store_id + rest;
}

/// Empty if it does not open.
inline std::optional<Bytes> unwrap(ByteView key, ByteView bound, ByteView wrapped) {
  REQUIRE(key.size() == 32);
  REQUIRE(wrapped.size() >= 40);
  Bytes plain(wrapped.size() - 40);
  if (!crypto::unwrap(crypto::KeyView(key.data(), 32), bound, wrapped, plain)) return std::nullopt;
  return plain;
}

inline Bytes wrap(ByteView key, ByteView bound, ByteView plain) {
  Bytes wrapped(plain.size() + 40);
  crypto::wrap(crypto::KeyView(key.data(), 32), bound, plain, wrapped);
  return wrapped;
}

inline Bytes kdf(ByteView key, std::uint64_t number, const char (&text)[9]) {
  const crypto::Key derived = crypto::derive(crypto::KeyView(key.data(), 32), number, text);
  return {derived.view().begin(), derived.view().end()};
}

inline Bytes blake2b(ByteView key, ByteView message) {
  const crypto::Hash hash = crypto::hash(key, message);
  return {hash.begin(), hash.end()};
}

inline Bytes siphash(ByteView key, ByteView message) {
  const crypto::ShortHash hash = crypto::short_hash(key.first(16), message);
  return {hash.begin(), hash.end()};
}

inline Bytes hash_of(ByteView path_key, std::uint8_t kind, std::string_view name) {
  return siphash(path_key, Bytes{kind} + as_bytes(name));
}

inline Bytes dek_context(ByteView store_id, ByteView hash, std::uint64_t version,
                         std::uint64_t bucket_epoch, const format::VersionHeader& header) {
  const bool destroyed = (header.flags & 1) != 0;
  const auto time = [](std::int64_t ms) { return be(static_cast<std::uint64_t>(ms), 8); };
  return Bytes{static_cast<std::uint8_t>(destroyed ? 13 : 1), 1} + store_id + hash +
         be(version, 8) + be(bucket_epoch, 8) +
         be(static_cast<std::uint64_t>(header.algorithm), 1) + time(header.created_at_ms) +
         time(header.deletion_at_ms) + time(header.expires_at_ms) + time(header.unreachable_at_ms) +
         be(header.flags, 4) + header.value_tag + be(header.head_revision, 4) +
         be(header.older_versions, 4);
}

inline Bytes value_context(ByteView store_id, std::uint64_t version, std::uint8_t algorithm,
                           std::uint8_t kind, std::string_view name) {
  return Bytes{2, 1} + store_id + be(version, 8) + Bytes{algorithm, kind} + as_bytes(name);
}

/// The value followed by its form; empty if the DEK or the value does not open.
inline std::optional<Bytes> open_version(const format::VersionRecord& record, ByteView bucket_key,
                                         ByteView bound, ByteView value_bound) {
  const auto dek = unwrap(bucket_key, bound, record.wrapped_dek);
  if (!dek) return std::nullopt;
  Bytes plain(record.ciphertext.size());
  if (!crypto::open(static_cast<crypto::SealAlgorithm>(record.header.algorithm),
                    crypto::KeyView(dek->data(), 32), value_bound, record.ciphertext,
                    record.header.value_tag, plain))
    return std::nullopt;
  return plain;
}

// --- the keyring ---------------------------------------------------------------------------

struct Places {
  static constexpr std::size_t kHeader[2] = {0, 4096};
  static constexpr std::size_t kEpoch[2][2] = {{8192, 12288}, {16384, 20480}};
  static constexpr std::size_t kMaster[2] = {24576, 57344};
  static constexpr std::size_t kMasterBytes = 32768;
  static constexpr std::size_t kFileBytes = 90112;
};

/// The payload, or nothing if there is no whole frame.
inline std::optional<Bytes> frame_at(const Bytes& file, std::size_t offset, std::size_t size) {
  REQUIRE(file.size() == Places::kFileBytes);
  const ByteView place = ByteView(file).subspan(offset, size);
  if (std::memcmp(place.data(), "cofferk1", 8) != 0) return std::nullopt;
  const std::size_t length = static_cast<std::size_t>(place[8]) | std::size_t{place[9]} << 8 |
                             std::size_t{place[10]} << 16 | std::size_t{place[11]} << 24;
  if (length > size - 44) return std::nullopt;
  const ByteView payload = place.subspan(44, length);
  if (std::memcmp(blake2b({}, payload).data(), place.data() + 12, 32) != 0) return std::nullopt;
  for (const std::uint8_t byte : place.subspan(44 + length))
    if (byte != 0) return std::nullopt;
  return Bytes(payload.begin(), payload.end());
}

inline void put_frame(Bytes& file, std::size_t offset, std::size_t size, const Bytes& payload) {
  const std::uint32_t length = static_cast<std::uint32_t>(payload.size());
  Bytes place = Bytes{'c', 'o', 'f', 'f', 'e', 'r', 'k', '1'};
  for (int i = 0; i < 4; ++i) place.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  place = place + blake2b({}, payload) + payload;
  place.resize(size);
  std::copy(place.begin(), place.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

inline void put_master(Bytes& file, const Bytes& payload) {
  for (const std::size_t offset : Places::kMaster)
    put_frame(file, offset, Places::kMasterBytes, payload);
}

inline format::KeyringMaster master_of(const Bytes& file, int place = 0) {
  const auto payload = frame_at(file, Places::kMaster[place], Places::kMasterBytes);
  REQUIRE(payload.has_value());
  auto master = format::decode_master(*payload);
  REQUIRE(master.ok());
  return std::move(*master);
}

inline Bytes slot_context(ByteView store_id, const format::KeySlot& slot) {
  return context(12, store_id,
                 be(slot.number, 4) + be(static_cast<std::uint64_t>(slot.scheme), 1) +
                     be(slot.passes, 8) + be(slot.memory_bytes, 8) + slot.salt);
}

inline Bytes mac_of(ByteView master_key, const Bytes& header_payload,
                    const format::KeyringMaster& master) {
  // Field 6 takes a tag, a length and 32 bytes; field 7, with 72 bytes, may follow.
  const Bytes whole = format::encode_master(master);
  const std::size_t behind = master.previous ? 74 : 0;
  Bytes body(whole.begin(), whole.end() - 34 - static_cast<std::ptrdiff_t>(behind));
  body.insert(body.end(), whole.end() - static_cast<std::ptrdiff_t>(behind), whole.end());
  return blake2b(kdf(master_key, 1, "cofslots"), header_payload + Bytes{0} + body);
}

/// Everything that the file key of slot 1 opens.
struct OpenKeyring {
  Bytes file, header_payload, store_id;
  Bytes master_key, root_secret, path_key, digest_key, names_key, root_key;

  OpenKeyring(const std::string& path, const std::string& key_path) : file(read_file(path)) {
    header_payload = *frame_at(file, Places::kHeader[0], 4096);
    const auto header = format::decode_keyring_header(header_payload);
    REQUIRE(header.ok());
    store_id.assign(header->store_id.begin(), header->store_id.end());
    const Bytes key = read_file(key_path);
    REQUIRE(key.size() == 32);
    const format::KeyringMaster master = master_of(file);
    const format::KeySlot& slot = master.slots.at(0);
    const Bytes bound = slot_context(store_id, slot);
    REQUIRE(blake2b(kdf(key, 1, "cofcommt"), bound) ==
            Bytes(slot.commitment.begin(), slot.commitment.end()));
    const auto opened = unwrap(kdf(key, 2, "cofwrap_"), bound, slot.blob);
    REQUIRE(opened.has_value());
    REQUIRE(Bytes(opened->begin() + 32, opened->end()) == blake2b({}, bound));
    master_key.assign(opened->begin(), opened->begin() + 32);
    REQUIRE(mac_of(master_key, header_payload, master) ==
            Bytes(master.mac.begin(), master.mac.end()));
    root_secret =
        unwrap(master_key, context(11, store_id, be(master.generation, 8)), master.wrapped_root)
            .value();
    path_key = kdf(root_secret, 1, "cofpaths");
    digest_key = kdf(root_secret, 2, "cofdigst");
    names_key = kdf(root_secret, 3, "cofnames");
    root_key = kdf(root_secret, 4, "cofroot_");
  }

  std::optional<Bytes> epoch_key(std::uint64_t epoch, int copy = 0) const {
    const auto payload = frame_at(file, Places::kEpoch[epoch % 2][copy], 4096);
    if (!payload) return std::nullopt;
    const auto record = format::decode_epoch(*payload);
    if (!record || record->epoch != epoch) return std::nullopt;
    return unwrap(master_key,
                  context(10, store_id, be(epoch, 8) + be(record->master_generation, 8)),
                  record->wrapped);
  }
};

}  // namespace coffer::words
