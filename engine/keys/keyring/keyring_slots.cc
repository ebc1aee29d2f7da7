// Lists, adds, removes and tests the keyring's slots. A table that the holder of the master key did
// not write is never used, and above all never signed again.
#include <algorithm>

#include "keys/keyring/keyring.h"
#include "keys/keyring/same_key.h"
#include "keys/keyring/slot_table.h"
#include "keys/provider.h"

namespace coffer::keys {
namespace {

Error every_slot_taken() {
  return Error(ErrorCode::limit, "every key slot is taken", Advice::remove_slot)
      .with_number(format::kKeySlotsMax);
}

constexpr int kCatchingsMax = 3;
constexpr std::int64_t kUseNotedEveryMs = 24LL * 60 * 60 * 1000;

Error last_slot() {
  return {ErrorCode::in_use, "this is the last key slot: without it nothing opens the store",
          Advice::add_slot_first};
}

}  // namespace

// The newest genuine table. A newer generation counts from its first copy on: a process that does
// not know it yet must not undo what was begun under it.
Result<format::KeyringMaster> Keyring::read_table() {
  auto tables = COFFER_TRY(decode_tables(file_.read(kMasterPart)));
  if (tables.front().generation > generation_) {
    behind_ = true;
    return rotated_elsewhere();
  }
  for (format::KeyringMaster& table : tables)
    if (is_genuine(table, header_, master_key_)) return std::move(table);
  return altered_table();
}

Result<format::KeyringMaster> Keyring::current_table() {
  for (int caught_up = 0;; ++caught_up) {
    {
      const std::lock_guard lock(mutex_);
      auto table = read_table();
      if (table || !behind_ || caught_up == kCatchingsMax) return table;
    }
    COFFER_TRY(catch_up());
  }
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
  const format::KeyringMaster table = COFFER_TRY(current_table());
  std::vector<KeySlotInfo> infos;
  for (const format::KeySlot& slot : table.slots) infos.push_back(info_of(slot));
  return infos;
}

// Refuses before it asks for a passphrase, not after.
Result<PreparedSlot> Keyring::prepare_slot(const KeySource& source, std::int64_t now_ms) {
  const format::KeyringMaster table = COFFER_TRY(current_table());
  if (table.slots.size() >= format::kKeySlotsMax) return every_slot_taken();
  PreparedSlot prepared = COFFER_TRY(keys::prepare_slot(source, now_ms));
  COFFER_TRY(check_new_key(prepared, header_.store_id, table.slots));
  if (prepared.provider == nullptr) return prepared;
  PreparedSlot wrapped;
  wrapped.wrapped_generation = table.generation;
  const crypto::Key master_key = COFFER_TRY(master_key_of(table.generation));
  wrapped.slot =
      COFFER_TRY(wrap_master(std::move(prepared), {header_.store_id, table.next_slot}, master_key));
  return wrapped;
}

Result<int> Keyring::add_slot(PreparedSlot& prepared) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  if (table.slots.size() >= format::kKeySlotsMax) return every_slot_taken();
  const SlotContext context{header_.store_id, table.next_slot++};
  if (prepared.wrapped_generation == 0) {
    table.slots.push_back(COFFER_TRY(wrap_master(std::move(prepared), context, master_key_)));
  } else if (prepared.slot.number == context.number &&
             prepared.wrapped_generation == table.generation) {
    table.slots.push_back(std::move(prepared.slot));
  } else {
    return changed_meanwhile();
  }
  COFFER_TRY(write_table(table));
  return static_cast<int>(context.number);
}

Result<int> Keyring::add_slot(const KeySource& source, std::int64_t now_ms) {
  PreparedSlot prepared = COFFER_TRY(prepare_slot(source, now_ms));
  return add_slot(prepared);
}

Result<void> Keyring::remove_slot(int number) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  const auto slot = find_slot(table, number);
  if (slot == table.slots.end()) return no_such_slot();
  if (table.slots.size() == 1) return last_slot();
  table.slots.erase(slot);
  return write_table(table);
}

Result<void> Keyring::check_removal(int number) {
  format::KeyringMaster table = COFFER_TRY(current_table());
  if (find_slot(table, number) == table.slots.end()) return no_such_slot();
  if (table.slots.size() == 1) return last_slot();
  return {};
}

Result<void> Keyring::test_slot(int number, const KeySource& source) {
  format::KeyringMaster table = COFFER_TRY(current_table());
  const auto slot = find_slot(table, number);
  if (slot == table.slots.end()) return no_such_slot();
  const SourceMaterial material = COFFER_TRY(obtain(source));
  const crypto::Key key =
      COFFER_TRY(unwrap_master(material, {header_.store_id, slot->number}, *slot));
  const crypto::Key master_key = COFFER_TRY(master_key_of(table.generation));
  if (!equal_in_constant_time(key.view(), master_key.view())) return damaged_keyring();
  return {};
}

bool Keyring::use_is_worth_noting(std::int64_t now_ms) const {
  return opened_by_ != 0 && now_ms - use_noted_at_ms_ >= kUseNotedEveryMs;
}

// Another process may have noted a use meanwhile, or removed the slot.
Result<void> Keyring::note_use(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  const auto slot = find_slot(table, static_cast<int>(opened_by_));
  if (slot == table.slots.end()) return {};
  if (now_ms - slot->last_used_at_ms >= kUseNotedEveryMs) {
    slot->last_used_at_ms = now_ms;
    COFFER_TRY(write_table(table));
  }
  use_noted_at_ms_ = slot->last_used_at_ms;
  return {};
}

}  // namespace coffer::keys
