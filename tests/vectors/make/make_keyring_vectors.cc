// Writes the vectors of the keyring: its frames, header, epochs, slots and master part.
#include "tests/vectors/make/vector_maker.h"

namespace vectors {
namespace {

Bytes frame(std::size_t length, std::size_t place) {
  Bytes bytes = {'c', 'o', 'f', 'f', 'e', 'r', 'k', '1'};
  for (int shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  const Bytes checksum = run(32, 0x40);
  bytes.insert(bytes.end(), checksum.begin(), checksum.end());
  const Bytes payload = run(std::min<std::size_t>(length, 20), 1);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  bytes.resize(place);
  return bytes;
}

void frames(const std::filesystem::path& root) {
  const Folder folder(root, "frame");
  folder.ok("payload_of_20", "F-20", frame(20, 4096));
  folder.ok("payload_empty", "F-20: the frame allows it, no record does", frame(0, 4096));
  folder.corrupt("length_past_place", "F-20: 4053 of 4052 bytes", frame(4053, 4096));
  folder.corrupt("length_of_32_bits", "F-20", frame(0xFFFFFFFF, 4096));
  folder.corrupt("place_of_43_bytes", "F-20: shorter than a frame's head", cut(frame(0, 44), 1));
  Bytes bytes = frame(20, 4096);
  bytes[7] = '2';
  folder.corrupt("magic_of_another_format", "F-19", bytes);
  bytes = frame(20, 4096);
  bytes[4095] = 1;
  folder.corrupt("byte_behind_payload", "F-21: at the very end of the place", bytes);
  bytes = frame(20, 4096);
  bytes[64] = 1;
  folder.corrupt("byte_right_behind_payload", "F-21", bytes);
  folder.corrupt("place_of_zeros", "F-19: never written", Bytes(4096));
}

void keyring_parts(const std::filesystem::path& root) {
  {
    const Folder folder(root, "keyring_header");
    const Record good = {num(1, 1), bin(2, run(16, 1)), num(3, 1760000000000)};
    wire_rules(folder, good, 2);
    folder.ok("whole", "F-25", joined(good));
    folder.too_new("format_two", "F-26", joined(with(good, num(1, 2))));
    folder.corrupt("format_missing", "F-25", joined(without(good, 1)));
    folder.corrupt("store_id_missing", "F-25", joined(without(good, 2)));
    folder.ok("with_epoch_home", "F-158", joined(appended(good, bin(4, run(30, 0x61)))));
    folder.corrupt("epoch_home_too_long", "F-32: 1,025 bytes",
                   joined(appended(good, bin(4, Bytes(1025, 0x61)))));
    folder.corrupt("store_id_long", "F-25", joined(with(good, bin(2, run(17, 1)))));
    folder.corrupt("time_negative", "F-8", joined(with(good, num(3, ~0ULL))));
  }
  const Folder folder(root, "epoch");
  const Record good = {num(1, 4), num(2, 1), bin(3, run(72, 1))};
  wire_rules(folder, good, 3);
  folder.ok("whole", "F-27", joined(good));
  folder.corrupt("epoch_missing", "F-27", joined(without(good, 1)));
  folder.corrupt("generation_missing", "F-27", joined(without(good, 2)));
  folder.corrupt("key_missing", "F-27", joined(without(good, 3)));
  folder.corrupt("key_long", "F-27", joined(with(good, bin(3, run(73, 1)))));
}

Record key_slot(std::uint32_t number) {
  return {num(1, number),
          num(2, 2),
          text(3, "passphrase:"),
          text(4, "id"),
          num(5, 1760000000000),
          bin(6, run(32, 1)),
          bin(7, run(104, 1)),
          bin(8, run(16, 1)),
          num(9, 3),
          num(10, 268435456)};
}

Record master(const std::vector<Record>& slots) {
  Record record = {num(1, 2), num(2, 1), num(3, 9)};
  for (const Record& slot : slots) record.push_back(bin(4, joined(slot)));
  record.push_back(bin(5, run(72, 1)));
  record.push_back(bin(6, run(32, 1)));
  return record;
}

void key_slots(const std::filesystem::path& root) {
  const Folder folder(root, "master");
  const Record slot = key_slot(1);
  const auto one = [](const Record& changed) { return joined(master({changed})); };
  folder.ok("slot_by_file", "F-30",
            one({num(1, 1), num(2, 1), bin(6, run(32, 1)), bin(7, run(104, 1))}));
  const Record provider = {num(1, 1),
                           num(2, 5),
                           text(3, "pkcs11:token=T"),
                           text(4, "id"),
                           num(5, 1760000000000),
                           bin(6, run(32, 1)),
                           bin(7, run(92, 1)),
                           bin(11, run(40, 1)),
                           num(12, 1760000000001)};
  folder.ok("slot_by_provider", "F-120", one(provider));
  folder.ok("slot_used", "F-122", one(appended(slot, num(12, 1760000000001))));
  folder.corrupt("slot_by_provider_with_salt", "F-120",
                 one(with(without(without(provider, 11), 12), bin(8, run(16, 1)))));
  folder.corrupt("slot_by_passphrase_with_annotations", "F-120",
                 one(appended(slot, bin(11, run(1, 1)))));
  folder.corrupt("slot_with_long_annotations", "F-32: 4097 bytes",
                 one(with(provider, bin(11, run(4097, 1)))));
  folder.ok("slot_with_longest_annotations", "F-32: 4096 bytes",
            one(with(provider, bin(11, run(4096, 1)))));
  folder.corrupt("slot_without_number", "F-30", one(without(slot, 1)));
  folder.corrupt("slot_without_scheme", "F-30", one(without(slot, 2)));
  folder.too_new("slot_of_unknown_scheme", "F-31", one(with(slot, num(2, 1000))));
  folder.corrupt("slot_without_commitment", "F-30", one(without(slot, 6)));
  folder.corrupt("slot_with_short_commitment", "F-30", one(with(slot, bin(6, run(31, 1)))));
  folder.corrupt("slot_without_blob", "F-30", one(without(slot, 7)));
  folder.corrupt("slot_with_long_blob", "F-32: 2049 bytes", one(with(slot, bin(7, run(2049, 1)))));
  folder.ok("slot_with_longest_blob", "F-32: 2048 bytes", one(with(slot, bin(7, run(2048, 1)))));
  folder.corrupt("slot_with_long_uri", "F-32: 1025 bytes", one(with(slot, bin(3, run(1025, 1)))));
  folder.too_new("slot_with_unknown_field", "F-7", one(appended(slot, num(99, 1))));
  folder.corrupt("slot_field_twice", "F-3", one(twice(slot, 7)));
  folder.corrupt("slot_salt_empty", "F-4", one(with(slot, bin(8, {}))));
  folder.corrupt("slot_cut", "F-10", joined(with(master({slot}), bin(4, cut(joined(slot), 1)))));
  folder.corrupt("slot_numbers_fall", "F-29", joined(master({key_slot(2), key_slot(1)})));
  folder.corrupt("slot_number_twice", "F-29", joined(master({key_slot(2), key_slot(2)})));
  folder.corrupt("slot_number_not_given_out", "F-29: 9 is the next one",
                 joined(master({key_slot(9)})));
}

void masters(const std::filesystem::path& root) {
  const Folder folder(root, "master");
  const Record good = master({key_slot(1), key_slot(3)});
  wire_rules(folder, good, 5);
  folder.ok("two_slots", "F-28", joined(good));
  std::vector<Record> slots;
  for (std::uint32_t number = 1; number <= 8; ++number) slots.push_back(key_slot(number));
  folder.ok("eight_slots", "F-28", joined(master(slots)));
  slots.push_back(key_slot(9));
  folder.corrupt("nine_slots", "F-28", joined(with(master(slots), num(3, 10))));
  folder.corrupt("no_slot", "F-28", joined(master({})));
  folder.corrupt("revision_missing", "F-28", joined(without(good, 1)));
  folder.corrupt("generation_missing", "F-28", joined(without(good, 2)));
  folder.corrupt("next_slot_missing", "F-29", joined(without(good, 3)));
  folder.corrupt("wrapped_root_missing", "F-28", joined(without(good, 5)));
  folder.corrupt("wrapped_root_short", "F-28", joined(with(good, bin(5, run(71, 1)))));
  folder.corrupt("mac_missing", "F-28", joined(without(good, 6)));
  folder.corrupt("mac_long", "F-28", joined(with(good, bin(6, run(33, 1)))));
  const Record rotated = appended(with(good, num(2, 2)), bin(7, run(72, 1)));
  folder.ok("previous", "F-143", joined(rotated));
  folder.corrupt("previous_of_first_generation", "F-143", joined(with(rotated, num(2, 1))));
  folder.corrupt("previous_short", "F-143", joined(with(rotated, bin(7, run(71, 1)))));
  folder.corrupt("previous_twice", "F-3", joined(twice(rotated, 7)));
}

}  // namespace

void keyring_vectors(const std::filesystem::path& root) {
  frames(root);
  keyring_parts(root);
  key_slots(root);
  masters(root);
}

}  // namespace vectors
