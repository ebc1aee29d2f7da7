#include "format/keyring_records.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "format/wire.h"

namespace coffer::format {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic = {'c', 'o', 'f', 'f', 'e', 'r', 'k', '1'};

Error malformed() {
  return {ErrorCode::corrupt, "the keyring file is damaged", "restore it from a copy"};
}
Error newer() { return {ErrorCode::too_new, "the keyring was written by a newer format"}; }

template <std::size_t N>
void copy_fixed(WireReader& reader, std::array<std::uint8_t, N>& out) {
  const ByteView bytes = reader.want_bytes(N);
  if (reader.ok()) std::memcpy(out.data(), bytes.data(), N);
}

std::string want_text(WireReader& reader) {
  const ByteView bytes = reader.want_some_bytes();
  if (bytes.size() > kSlotUriBytesMax) reader.fail();
  return std::string(as_text(bytes));
}

Bytes want_blob(WireReader& reader, std::size_t bytes_max = kSlotBlobBytesMax) {
  const ByteView bytes = reader.want_some_bytes();
  if (bytes.size() > bytes_max) reader.fail();
  return {bytes.begin(), bytes.end()};
}

bool is_known(SlotScheme scheme) {
  switch (scheme) {
    case SlotScheme::file:
    case SlotScheme::passphrase:
    case SlotScheme::recovery:
    case SlotScheme::shamir:
    case SlotScheme::pkcs11:
    case SlotScheme::tpm2:
    case SlotScheme::awskms:
    case SlotScheme::hashivault:
    case SlotScheme::kmsv2:
    case SlotScheme::gcpkms:
    case SlotScheme::azurekeyvault: return true;
  }
  return false;
}

// A provider slot has no cost of stretching, and only a provider slot has annotations.
bool has_fields_of_its_scheme(const KeySlot& slot) {
  const bool is_stretched = !slot.salt.empty() || slot.passes != 0 || slot.memory_bytes != 0;
  return is_provider(slot.scheme) ? !is_stretched : slot.annotations.empty();
}

// Slot numbers rise, and each is below the number that the table gives out next.
bool are_in_order(const KeyringMaster& master) {
  std::uint32_t last = 0;
  for (const KeySlot& slot : master.slots) {
    if (slot.number <= last) return false;
    last = slot.number;
  }
  return last < master.next_slot;
}

Result<KeySlot> decode_slot(ByteView bytes) {
  KeySlot slot;
  bool has_scheme = false;
  bool has_commitment = false;
  WireReader reader(bytes);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: slot.number = reader.want_u32(); break;
      case 2:
        slot.scheme = static_cast<SlotScheme>(reader.want_u32());
        if (reader.ok() && !is_known(slot.scheme)) return newer();
        has_scheme = true;
        break;
      case 3: slot.uri = want_text(reader); break;
      case 4: slot.key_id = want_text(reader); break;
      case 5: slot.created_at_ms = reader.want_time(); break;
      case 6:
        copy_fixed(reader, slot.commitment);
        has_commitment = true;
        break;
      case 7: slot.blob = want_blob(reader); break;
      case 8: slot.salt = want_blob(reader); break;
      case 9: slot.passes = reader.want_number(); break;
      case 10: slot.memory_bytes = reader.want_number(); break;
      case 11: slot.annotations = want_blob(reader, kSlotAnnotationBytesMax); break;
      case 12: slot.last_used_at_ms = reader.want_time(); break;
      default: return newer();
    }
  }
  if (!reader.ok() || slot.number == 0 || !has_scheme || !has_commitment || slot.blob.empty() ||
      !has_fields_of_its_scheme(slot))
    return malformed();
  return slot;
}

Bytes encode_slot(const KeySlot& slot) {
  Bytes out;
  WireWriter<Bytes> writer(out);
  writer.number(1, slot.number);
  writer.number(2, static_cast<std::uint64_t>(slot.scheme));
  writer.text(3, slot.uri);
  writer.text(4, slot.key_id);
  writer.number(5, time_to_wire(slot.created_at_ms));
  writer.bytes(6, slot.commitment);
  writer.bytes(7, slot.blob);
  writer.bytes(8, slot.salt);
  writer.number(9, slot.passes);
  writer.number(10, slot.memory_bytes);
  writer.bytes(11, slot.annotations);
  writer.number(12, time_to_wire(slot.last_used_at_ms));
  return out;
}

void encode_master_body(const KeyringMaster& master, Bytes& out) {
  WireWriter<Bytes> writer(out);
  writer.number(1, master.revision);
  writer.number(2, master.generation);
  writer.number(3, master.next_slot);
  for (const KeySlot& slot : master.slots) writer.always_bytes(4, encode_slot(slot));
  writer.bytes(5, master.wrapped_root);
}

}  // namespace

Result<Frame> decode_frame(ByteView place) {
  if (place.size() < kFrameHeadBytes || !std::equal(kMagic.begin(), kMagic.end(), place.begin()))
    return malformed();
  const std::uint32_t size =
      static_cast<std::uint32_t>(place[8]) | static_cast<std::uint32_t>(place[9]) << 8 |
      static_cast<std::uint32_t>(place[10]) << 16 | static_cast<std::uint32_t>(place[11]) << 24;
  if (size > place.size() - kFrameHeadBytes) return malformed();
  Frame frame;
  std::memcpy(frame.checksum.data(), place.data() + 12, frame.checksum.size());
  frame.payload = place.subspan(kFrameHeadBytes, size);
  const ByteView rest = place.subspan(kFrameHeadBytes + size);
  if (std::any_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; }))
    return malformed();
  return frame;
}

Bytes encode_frame(ByteView payload, const Checksum& checksum, std::size_t place_bytes) {
  COFFER_CHECK(payload.size() + kFrameHeadBytes <= place_bytes);
  Bytes out(place_bytes);
  std::memcpy(out.data(), kMagic.data(), kMagic.size());
  for (std::size_t i = 0; i < 4; ++i)
    out[8 + i] = static_cast<std::uint8_t>(payload.size() >> (8 * i));
  std::memcpy(out.data() + 12, checksum.data(), checksum.size());
  std::memcpy(out.data() + kFrameHeadBytes, payload.data(), payload.size());
  return out;
}

Result<KeyringHeader> decode_keyring_header(ByteView payload) {
  KeyringHeader header;
  std::uint64_t format = 0;
  bool has_id = false;
  WireReader reader(payload);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: format = reader.want_number(); break;
      case 2:
        copy_fixed(reader, header.store_id);
        has_id = true;
        break;
      case 3: header.created_at_ms = reader.want_time(); break;
      case 4: header.epoch_home = want_text(reader); break;
      default: return newer();
    }
  }
  if (reader.ok() && format > kFormatVersion) return newer();
  if (!reader.ok() || format != kFormatVersion || !has_id) return malformed();
  return header;
}

Bytes encode_keyring_header(const KeyringHeader& header) {
  Bytes out;
  WireWriter<Bytes> writer(out);
  writer.number(1, kFormatVersion);
  writer.bytes(2, header.store_id);
  writer.number(3, time_to_wire(header.created_at_ms));
  writer.bytes(4, as_bytes(header.epoch_home));
  return out;
}

Result<EpochRecord> decode_epoch(ByteView payload) {
  EpochRecord record;
  bool has_key = false;
  WireReader reader(payload);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: record.epoch = reader.want_number(); break;
      case 2: record.master_generation = reader.want_number(); break;
      case 3:
        copy_fixed(reader, record.wrapped);
        has_key = true;
        break;
      default: return newer();
    }
  }
  if (!reader.ok() || record.epoch == 0 || record.master_generation == 0 || !has_key)
    return malformed();
  return record;
}

Bytes encode_epoch(const EpochRecord& record) {
  Bytes out;
  WireWriter<Bytes> writer(out);
  writer.number(1, record.epoch);
  writer.number(2, record.master_generation);
  writer.bytes(3, record.wrapped);
  return out;
}

Result<KeyringMaster> decode_master(ByteView payload) {
  KeyringMaster master;
  master.generation = 0;
  bool has_root = false;
  bool has_mac = false;
  WireReader reader(payload);
  while (reader.next()) {
    switch (reader.field()) {
      case 1: master.revision = reader.want_number(); break;
      case 2: master.generation = reader.want_number(); break;
      case 3: master.next_slot = reader.want_u32(); break;
      case 4:
        if (master.slots.size() == kKeySlotsMax) return malformed();
        master.slots.push_back(COFFER_TRY(decode_slot(reader.want_bytes())));
        break;
      case 5:
        copy_fixed(reader, master.wrapped_root);
        has_root = true;
        break;
      case 6:
        copy_fixed(reader, master.mac);
        has_mac = true;
        break;
      case 7: copy_fixed(reader, master.previous.emplace()); break;
      default: return newer();
    }
  }
  if (!reader.ok() || !has_root || !has_mac || master.slots.empty() || !are_in_order(master) ||
      master.revision == 0 || master.generation == 0 || (master.previous && master.generation == 1))
    return malformed();
  return master;
}

Bytes encode_master(const KeyringMaster& master) {
  Bytes out;
  encode_master_body(master, out);
  WireWriter<Bytes> writer(out);
  writer.bytes(6, master.mac);
  if (master.previous) writer.bytes(7, *master.previous);
  return out;
}

Bytes master_mac_input(const KeyringHeader& header, const KeyringMaster& master) {
  Bytes out = encode_keyring_header(header);
  out.resize(out.size() + 1);  // Ends the header: no field starts with a zero byte.
  encode_master_body(master, out);
  WireWriter<Bytes> writer(out);
  if (master.previous) writer.bytes(7, *master.previous);
  return out;
}

}  // namespace coffer::format
