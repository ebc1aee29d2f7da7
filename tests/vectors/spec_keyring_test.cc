// The rules of format/SPEC.md for the keyring file, each tested on a copy of the golden store's.
#include <catch2/catch.hpp>
#include <filesystem>

#include "keys/keyring/keyring.h"
#include "keys/keyring/slot.h"
#include "tests/vectors/by_the_words.h"
#include "tests/vectors/golden_copy.h"

namespace spec_keyring_test {

namespace {

using namespace coffer;
using namespace coffer::words;

struct KeyringCopy : golden::Copy {
  Bytes file = read_file(keyring());
  Result<std::unique_ptr<keys::Keyring>> load() const {
    write_file(keyring(), file);
    const std::vector<KeySource> sources = {key()};
    return keys::Keyring::open(keyring(), sources, {});
  }
  std::string outcome() const {
    const auto opened = load();
    return opened ? "ok" : std::string(code_name(opened.error().code()));
  }
  void spoil(std::size_t offset) { file[offset + 50] ^= 1; }
  Bytes header_payload() const { return frame_at(file, Places::kHeader[0], 4096).value(); }
};

// The outcome after an attacker without a key changed a table: the checksums are right, but the
// MAC is not.
template <typename Change>
std::string outcome_of_change(const Change& change) {
  KeyringCopy copy;
  format::KeyringMaster master = master_of(copy.file);
  change(master);
  put_master(copy.file, format::encode_master(master));
  return copy.outcome();
}

}  // namespace

TEST_CASE("F-18: a keyring that was cut short is refused") {
  for (const std::size_t size : {0, 1, 4096, 24576, 57343, 57344, 90111}) {
    KeyringCopy copy;
    copy.file.resize(size);
    INFO(size);
    // Cutting off the second master table leaves the first one whole.
    CHECK(copy.outcome() == (size >= 57344 ? "ok" : "corrupt"));
  }
}

TEST_CASE("F-22, F-23: where the first place is spoilt the second serves, and nothing else") {
  KeyringCopy header;
  header.spoil(Places::kHeader[0]);
  CHECK(header.outcome() == "ok");
  header.spoil(Places::kHeader[1]);
  CHECK(header.outcome() == "corrupt");
  KeyringCopy master;
  master.spoil(Places::kMaster[0]);
  CHECK(master.outcome() == "ok");
  master.spoil(Places::kMaster[1]);
  CHECK(master.outcome() == "corrupt");
  KeyringCopy epoch;
  epoch.spoil(Places::kEpoch[0][0]);
  CHECK(epoch.load().value()->epoch_key(2).ok());
  epoch.spoil(Places::kEpoch[0][1]);
  CHECK_FALSE(epoch.load().value()->epoch_key(2).ok());
}

TEST_CASE("F-24: of two whole tables the newer one counts") {
  for (const int newer : {0, 1}) {
    KeyringCopy copy;
    const OpenKeyring keys(copy.keyring(), copy.key_file());
    format::KeyringMaster master = master_of(copy.file);
    ++master.revision;
    master.slots.at(0).key_id = "newer";
    const Bytes mac = mac_of(keys.master_key, keys.header_payload, master);
    std::copy(mac.begin(), mac.end(), master.mac.begin());
    put_frame(copy.file, Places::kMaster[newer], Places::kMasterBytes,
              format::encode_master(master));
    const auto opened = copy.load();
    REQUIRE(opened.ok());
    CHECK((*opened)->slots().value().at(0).key_id == "newer");
  }
}

TEST_CASE("F-33: a table of slots that was changed without the master key is refused") {
  CHECK(outcome_of_change([](auto&) {}) == "ok");
  CHECK(outcome_of_change([](auto& master) { master.slots.pop_back(); }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) { ++master.revision; }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) { ++master.next_slot; }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) { master.slots[0].uri += "x"; }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) { master.slots[1].created_at_ms = 1; }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) {
          master.slots.push_back(master.slots[1]);
          master.slots.back().number = master.next_slot++;
        }) == "corrupt");
  CHECK(outcome_of_change([](auto& master) { master.wrapped_root[30] ^= 1; }) == "corrupt");
  KeyringCopy header;  // The MAC also covers the header.
  auto decoded = format::decode_keyring_header(header.header_payload()).value();
  decoded.created_at_ms += 1;
  for (const std::size_t offset : Places::kHeader)
    put_frame(header.file, offset, 4096, format::encode_keyring_header(decoded));
  CHECK(header.outcome() == "corrupt");
}

TEST_CASE("F-34: another key is told from a damaged blob by the commitment") {
  CHECK(outcome_of_change([](auto& master) {
          master.slots.pop_back();
          master.slots[0].commitment[0] ^= 1;
        }) == "wrong_key");
  CHECK(outcome_of_change([](auto& master) {
          master.slots.pop_back();
          master.slots[0].blob[60] ^= 1;
        }) == "corrupt");
}

TEST_CASE("F-35: a blob without its context's hash is refused") {
  const KeyringCopy copy;
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  format::KeySlot slot = master_of(copy.file).slots.at(0);
  const Bytes key = read_file(copy.key_file());
  const Bytes bound = slot_context(keys.store_id, slot);
  const keys::SlotContext context{format::decode_keyring_header(keys.header_payload)->store_id,
                                  slot.number};
  const KeySource source = copy.key();
  const auto material = keys::obtain(source);
  REQUIRE(material.ok());
  slot.blob = wrap(kdf(key, 2, "cofwrap_"), bound, keys.master_key + blake2b({}, bound));
  CHECK(keys::unwrap_master(*material, context, slot).ok());
  slot.blob = wrap(kdf(key, 2, "cofwrap_"), bound, keys.master_key + blake2b({}, keys.store_id));
  const auto refused = keys::unwrap_master(*material, context, slot);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code() == ErrorCode::corrupt);
}

TEST_CASE("F-36: a slot that asks for too much, or too little, stretching is refused") {
  const KeyringCopy copy;
  const format::KeySlot good = master_of(copy.file).slots.at(1);
  CHECK((good.passes == 3 && good.memory_bytes == 256U << 20 && good.salt.size() == 16));
  const KeySource source = KeySource::passphrase(SecretBytes::copy_of(golden::kPassphrase));
  const auto outcome = [&](std::uint64_t passes, std::uint64_t memory, std::size_t salt) {
    format::KeySlot slot = good;
    slot.passes = passes;
    slot.memory_bytes = memory;
    slot.salt.resize(salt);
    const auto material = keys::obtain(source);
    REQUIRE(material.ok());
    return keys::unwrap_master(*material, {}, slot).error().code();
  };
  CHECK(outcome(0, 8U << 20, 16) == ErrorCode::limit);
  CHECK(outcome(17, 8U << 20, 16) == ErrorCode::limit);
  CHECK(outcome(1, (8U << 20) - 1, 16) == ErrorCode::limit);
  CHECK(outcome(1, (1U << 30) + 1, 16) == ErrorCode::limit);
  CHECK(outcome(1, ~std::uint64_t{0}, 16) == ErrorCode::limit);
  CHECK(outcome(1, 8U << 20, 15) == ErrorCode::limit);
  CHECK(outcome(1, 8U << 20, 16) == ErrorCode::wrong_key);  // The cost is fine, the key is not.
}

TEST_CASE("F-53: an epoch's key stands in its own slot, twice, and serves no other epoch") {
  KeyringCopy copy;
  const OpenKeyring keys(copy.keyring(), copy.key_file());
  CHECK(keys.epoch_key(2, 0).has_value());
  CHECK(keys.epoch_key(2, 0) == keys.epoch_key(2, 1));
  const auto opened = copy.load();
  REQUIRE(opened.ok());
  CHECK((*opened)->epoch_key(2).ok());
  CHECK((*opened)->epoch_key(4).error().code() == ErrorCode::not_found);
  CHECK((*opened)->epoch_key(1).error().code() == ErrorCode::not_found);
  // The same wrap does not open under another number.
  auto record = format::decode_epoch(*frame_at(copy.file, Places::kEpoch[0][0], 4096)).value();
  record.epoch = 4;
  for (const std::size_t offset : Places::kEpoch[0])
    put_frame(copy.file, offset, 4096, format::encode_epoch(record));
  CHECK(copy.load().value()->epoch_key(4).error().code() == ErrorCode::corrupt);
}

TEST_CASE("F-54, F-69: a change of slots stands in both places, and no number comes again") {
  const KeyringCopy copy;
  const auto opened = copy.load();
  REQUIRE(opened.ok());
  const auto both_places_agree = [&] {
    const Bytes file = read_file(copy.keyring());
    const auto first = frame_at(file, Places::kMaster[0], Places::kMasterBytes);
    return first.has_value() && first == frame_at(file, Places::kMaster[1], Places::kMasterBytes);
  };
  CHECK(both_places_agree());
  const auto another = [&copy](const char* name) {
    const std::string path = copy.directory() + "/../" + name;
    REQUIRE(create_key_file(path).ok());
    return KeySource::file(std::filesystem::weakly_canonical(path).string());
  };
  CHECK((*opened)->add_slot(another("third"), 1).value() == 3);
  CHECK(both_places_agree());
  REQUIRE((*opened)->remove_slot(3).ok());
  CHECK(both_places_agree());
  CHECK((*opened)->add_slot(another("fourth"), 1).value() == 4);
  const auto master = master_of(read_file(copy.keyring()));
  CHECK((master.revision == 4 && master.next_slot == 5 && master.slots.size() == 3));
}

namespace {

// The golden keyring after a power cut that followed the first step of a rotation.
struct Rotated : KeyringCopy {
  Rotated() {
    const auto ring = load();
    REQUIRE(ring.ok());
    keys::SlotKeys slot_keys({}, [this](const KeySlotInfo&) { return key(); });
    auto prepared = (*ring)->prepare_rotation({2}, slot_keys);
    REQUIRE(prepared.ok());
    REQUIRE((*ring)->rotate_master(*prepared).ok());
    file = read_file(keyring());
  }
  // Changes both copies of the table, with the new master key.
  template <typename Change>
  void rewrite(const Change& change) {
    write_file(keyring(), file);
    const OpenKeyring keys(keyring(), key_file());
    format::KeyringMaster master = master_of(file);
    change(master);
    const Bytes mac = mac_of(keys.master_key, keys.header_payload, master);
    std::copy(mac.begin(), mac.end(), master.mac.begin());
    put_master(file, format::encode_master(master));
  }
};

}  // namespace

TEST_CASE("F-143: a master key before that does not open is refused") {
  Rotated copy;
  const format::KeyringMaster master = master_of(copy.file);
  CHECK((master.generation == 2 && master.slots.size() == 1 && master.previous.has_value()));
  CHECK(copy.outcome() == "ok");
  copy.rewrite([](auto&) {});
  CHECK(copy.outcome() == "ok");
  copy.rewrite([](auto& changed) { (*changed.previous)[30] ^= 1; });
  CHECK(copy.outcome() == "corrupt");
}

TEST_CASE("F-144: an epoch key is wrapped by the table's master key, or by the one before") {
  Rotated copy;
  CHECK(copy.load().value()->epoch_key(2).ok());
  copy.rewrite([](auto& master) { master.previous.reset(); });
  CHECK(copy.load().value()->epoch_key(2).error().code() == ErrorCode::corrupt);
  // An older table beside a later epoch key, as after restoring an old copy of the table.
  KeyringCopy before;
  Rotated after;
  const auto ring = after.load();
  REQUIRE((*ring)->add_epoch(3).ok());
  const Bytes later = read_file(after.keyring());
  for (const std::size_t offset : Places::kEpoch[1])
    std::copy_n(later.begin() + static_cast<std::ptrdiff_t>(offset), 4096,
                before.file.begin() + static_cast<std::ptrdiff_t>(offset));
  const auto opened = before.load();
  REQUIRE(opened.ok());
  CHECK_FALSE((*opened)->epoch_key(3).ok());
  CHECK((*opened)->is_behind());
  CHECK((*opened)->catch_up().error().code() == ErrorCode::rolled_back);
}

TEST_CASE("F-145: who has not heard of a new master key wraps no epoch key") {
  KeyringCopy copy;
  const auto other = copy.load();
  REQUIRE(other.ok());
  const auto ring = copy.load();
  keys::SlotKeys slot_keys({}, [&](const KeySlotInfo&) { return copy.key(); });
  auto prepared = (*ring)->prepare_rotation({2}, slot_keys);
  REQUIRE((*ring)->rotate_master(*prepared).ok());
  const Bytes rotated = read_file(copy.keyring());
  CHECK((*other)->add_epoch(3).error().code() == ErrorCode::busy);
  CHECK(read_file(copy.keyring()) == rotated);
  REQUIRE((*other)->catch_up().ok());
  CHECK((*other)->epoch_key(2).ok());
  // The second copy is made durable before anything is wrapped under a key of the first.
  copy.file = rotated;
  copy.spoil(Places::kMaster[1]);
  write_file(copy.keyring(), copy.file);
  REQUIRE((*other)->add_epoch(3).ok());
  const Bytes file = read_file(copy.keyring());
  CHECK(frame_at(file, Places::kMaster[0], Places::kMasterBytes) ==
        frame_at(file, Places::kMaster[1], Places::kMasterBytes));
}

TEST_CASE("F-146: the master key before stays as long as an epoch key needs it") {
  const Rotated copy;
  const auto ring = copy.load();
  REQUIRE(ring.ok());
  REQUIRE((*ring)->drop_previous().ok());
  CHECK(read_file(copy.keyring()) == copy.file);
  keys::SlotKeys slot_keys({}, [&](const KeySlotInfo&) { return copy.key(); });
  auto again = (*ring)->prepare_rotation({}, slot_keys);
  REQUIRE(again.ok());
  CHECK((*ring)->rotate_master(*again).error().code() == ErrorCode::busy);
  CHECK(read_file(copy.keyring()) == copy.file);
  REQUIRE((*ring)->add_epoch(3).ok());
  REQUIRE((*ring)->drop_previous().ok());
  CHECK((*ring)->has_previous());
  REQUIRE((*ring)->erase_epochs_except(3).ok());
  REQUIRE((*ring)->drop_previous().ok());
  CHECK_FALSE((*ring)->has_previous());
  CHECK_FALSE(master_of(read_file(copy.keyring())).previous.has_value());
  CHECK((*ring)->rotate_master(*again).ok());
}

TEST_CASE("F-147: whoever opens a store finishes the rotation of its master key") {
  const Rotated copy;
  {
    Store store = copy.open();
    CHECK(store.status().value().epoch == 3);
    CHECK(store.verify().value().problems.empty());
  }
  const Bytes file = read_file(copy.keyring());
  const format::KeyringMaster master = master_of(file);
  CHECK((master.generation == 2 && !master.previous));
  const auto epoch = format::decode_epoch(*frame_at(file, Places::kEpoch[1][0], 4096));
  CHECK((epoch.ok() && epoch->epoch == 3 && epoch->master_generation == 2));
  CHECK_FALSE(frame_at(file, Places::kEpoch[0][0], 4096).has_value());
}

TEST_CASE("F-150: a slot wrapped anew keeps all but its blob, and the others are as they were") {
  const KeyringCopy copy;
  const auto ring = copy.load();
  keys::SlotKeys slot_keys({}, [&](const KeySlotInfo&) { return copy.key(); });
  const auto prepared = (*ring)->prepare_rewrap(1, slot_keys);
  REQUIRE(prepared.ok());
  REQUIRE((*ring)->replace_slot(*prepared).ok());
  const format::KeyringMaster before = master_of(copy.file);
  format::KeyringMaster after = master_of(read_file(copy.keyring()));
  CHECK(after.slots[0].blob != before.slots[0].blob);
  after.slots[0].blob = before.slots[0].blob;
  CHECK(after.revision == before.revision + 1);
  after.revision = before.revision;
  after.mac = before.mac;
  CHECK(format::encode_master(after) == format::encode_master(before));
  // A prepared slot is refused if the slot or the master key has changed since.
  CHECK((*ring)->replace_slot(*prepared).error().code() == ErrorCode::busy);
}

}  // namespace spec_keyring_test
