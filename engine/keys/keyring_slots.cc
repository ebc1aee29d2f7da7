// The keyring's slots: listed, added, removed, tried. Nothing is used, and above all nothing
// signed anew, of a table that the holder of the master key did not write.
#include <algorithm>

#include "keys/keyring.h"
#include "keys/slot_table.h"

namespace coffer::keys {
namespace {

Error every_slot_taken() {
  return Error{ErrorCode::limit, "every key slot is taken", "remove one: coffer key remove SLOT"}
      .with_number(format::kKeySlotsMax);
}

Error no_such_slot() {
  return {ErrorCode::not_found, "there is no such key slot", "see: coffer key list"};
}

auto find_slot(format::KeyringMaster& table, int number) {
  return std::find_if(table.slots.begin(), table.slots.end(), [number](const auto& slot) {
    return static_cast<int>(slot.number) == number;
  });
}

}  // namespace

Result<format::KeyringMaster> Keyring::read_table() {
  return genuine_table(file_.read(kMasterPart), header_, master_key_);
}

// The write that follows begins with the first place: if that held the only whole copy, a
// power cut in it would leave none.
Result<format::KeyringMaster> Keyring::read_table_for_change() {
  format::KeyringMaster table = COFFER_TRY(read_table());
  COFFER_TRY(file_.make_equal(kMasterPart, format::encode_master(table)));
  return table;
}

Result<void> Keyring::write_table(format::KeyringMaster& table) {
  const Bytes payload = COFFER_TRY(encode_next(table, header_, master_key_));
  return file_.write(kMasterPart, payload);
}

Result<std::vector<KeySlotInfo>> Keyring::slots() {
  const format::KeyringMaster table = COFFER_TRY(read_table());
  std::vector<KeySlotInfo> infos;
  for (const format::KeySlot& slot : table.slots) {
    KeySlotInfo info;
    info.slot = static_cast<int>(slot.number);
    info.provider = slot.scheme == format::SlotScheme::file ? "file" : "passphrase";
    info.uri = slot.uri;
    info.key_id = slot.key_id;
    info.created_at_ms = slot.created_at_ms;
    infos.push_back(std::move(info));
  }
  return infos;
}

// Whoever would be refused in the end is not asked for a passphrase first.
Result<PreparedSlot> Keyring::prepare_slot(const KeySource& source, std::int64_t now_ms) {
  if (COFFER_TRY(read_table()).slots.size() >= format::kKeySlotsMax) return every_slot_taken();
  return keys::prepare_slot(source, now_ms);
}

Result<int> Keyring::add_slot(PreparedSlot prepared) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  if (table.slots.size() >= format::kKeySlotsMax) return every_slot_taken();
  const SlotContext context{header_.store_id, table.next_slot++};
  table.slots.push_back(wrap_master(std::move(prepared), context, master_key_));
  COFFER_TRY(write_table(table));
  return static_cast<int>(context.number);
}

Result<int> Keyring::add_slot(const KeySource& source, std::int64_t now_ms) {
  return add_slot(COFFER_TRY(prepare_slot(source, now_ms)));
}

Result<void> Keyring::remove_slot(int number) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  const auto slot = find_slot(table, number);
  if (slot == table.slots.end()) return no_such_slot();
  if (table.slots.size() == 1)
    return Error{ErrorCode::in_use, "this is the last key slot: without it nothing opens the store",
                 "add another first: coffer key add URI"};
  table.slots.erase(slot);
  return write_table(table);
}

Result<void> Keyring::test_slot(int number, const KeySource& source) {
  format::KeyringMaster table = COFFER_TRY(read_table());
  const auto slot = find_slot(table, number);
  if (slot == table.slots.end()) return no_such_slot();
  const SourceMaterial material = COFFER_TRY(obtain(source, false));
  const crypto::Key key =
      COFFER_TRY(unwrap_master(material, {header_.store_id, slot->number}, *slot));
  if (!equal_in_constant_time(key.view(), master_key_.view())) return damaged_keyring();
  return {};
}

}  // namespace coffer::keys
