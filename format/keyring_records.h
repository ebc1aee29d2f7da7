// The keyring file's fixed places and their contents (SPEC.md section 4).
//
// Each part has two places. They are written one after the other, and the first is durable before
// the second is begun, so a power cut spoils at most one of them. A place is a frame: magic,
// length, checksum, payload, then zeros to its end, so that nothing of an older, longer payload
// remains.
#pragma once

#include <coffer/key_scheme.h>
#include <coffer/result.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "format/limits.h"
#include "format/records.h"

namespace coffer::format {

struct FramePlace {
  std::uint64_t offset;
  std::size_t bytes;
};
inline constexpr std::size_t kKeyringBlock = 4096;
inline constexpr std::size_t kKeyringMasterBytes = 8 * kKeyringBlock;
inline constexpr std::size_t kKeyringFileBytes = 6 * kKeyringBlock + 2 * kKeyringMasterBytes;
constexpr FramePlace header_place(int copy) {
  return {static_cast<std::uint64_t>(copy) * kKeyringBlock, kKeyringBlock};
}
/// Epoch e lives in slot e % 2, twice.
constexpr FramePlace epoch_place(int slot, int copy) {
  return {
      (2 + 2 * static_cast<std::uint64_t>(slot) + static_cast<std::uint64_t>(copy)) * kKeyringBlock,
      kKeyringBlock};
}
constexpr FramePlace master_place(int copy) {
  return {6 * kKeyringBlock + static_cast<std::uint64_t>(copy) * kKeyringMasterBytes,
          kKeyringMasterBytes};
}

inline constexpr std::size_t kFrameHeadBytes = 8 + 4 + 32;
/// The size of an epoch's frame in a TPM.
inline constexpr std::size_t kEpochBlobBytes = 192;
using Checksum = std::array<std::uint8_t, 32>;
struct Frame {
  Checksum checksum{};
  ByteView payload;
};
/// `place` is the whole place. The caller compares the payload's checksum: this floor has no hash.
/// Errors: corrupt (magic, length).
Result<Frame> decode_frame(ByteView place);
/// The frame is `place_bytes` long, filled with zeros. The payload must fit, which is checked.
Bytes encode_frame(ByteView payload, const Checksum& checksum, std::size_t place_bytes);

struct KeyringHeader {
  StoreId store_id{};
  std::int64_t created_at_ms = 0;
  std::string epoch_home;  ///< A TPM's URI; empty: epoch keys are in this file.
};
Result<KeyringHeader> decode_keyring_header(ByteView payload);
Bytes encode_keyring_header(const KeyringHeader& header);

struct EpochRecord {
  std::uint64_t epoch = 0;
  std::uint64_t master_generation = 0;
  std::array<std::uint8_t, kWrappedKeyBytes> wrapped{};
};
Result<EpochRecord> decode_epoch(ByteView payload);
Bytes encode_epoch(const EpochRecord& record);

using SlotScheme = KeyScheme;
/// Whether a provider keeps the key, and wraps and unwraps by it.
constexpr bool is_provider(SlotScheme scheme) { return scheme >= SlotScheme::pkcs11; }

struct KeySlot {
  std::uint32_t number = 0;  ///< 1, 2, 3 ...; given out once, never reused.
  SlotScheme scheme = SlotScheme::file;
  std::string uri;
  std::string key_id;
  std::int64_t created_at_ms = 0;
  std::array<std::uint8_t, 32> commitment{};
  Bytes blob;
  Bytes salt;  ///< Passphrase slots: with the cost of stretching.
  std::uint64_t passes = 0;
  std::uint64_t memory_bytes = 0;
  Bytes annotations;  ///< Provider slots: what the provider wants back with its blob.
  std::int64_t last_used_at_ms = 0;
};

struct KeyringMaster {
  std::uint64_t revision = 0;    ///< Rises with every change of the slot table.
  std::uint64_t generation = 1;  ///< The master key's generation.
  std::uint32_t next_slot = 1;
  std::vector<KeySlot> slots;
  std::array<std::uint8_t, kWrappedKeyBytes> wrapped_root{};
  std::array<std::uint8_t, 32> mac{};
  /// The former master key, wrapped by the present one, as long as it still wraps an epoch key.
  std::optional<std::array<std::uint8_t, kWrappedKeyBytes>> previous = {};
};
/// Errors: corrupt, too_new, limit (too many slots, fields too long).
Result<KeyringMaster> decode_master(ByteView payload);
Bytes encode_master(const KeyringMaster& master);
/// What the MAC covers: the header's payload, then everything else but the MAC itself.
Bytes master_mac_input(const KeyringHeader& header, const KeyringMaster& master);

}  // namespace coffer::format
