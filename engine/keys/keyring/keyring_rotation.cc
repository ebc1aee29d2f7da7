// Rotates the master key, and wraps slots again.
//
// As long as an epoch key is wrapped by the previous master key, the new table also holds the
// previous key, wrapped by the new one. So a slot of the new table opens both keys; a slot that was
// given up opens only the previous key, which in the end opens nothing in the file. The files
// change in this order:
//
//   1. the table with the new key's slots and the previous key, both copies, each durable
//   2. an epoch made under the new key, named by data.mdb, the old erased
//      (records/vault/rotation.cc)
//   3. the table without the previous key, both copies, each durable
//
// Power cut within 1: one copy is whole; with the old table nothing has happened, with the new one
// the next open goes on with 2. After 1 or within 2: the next open goes on with 2. After 2: the
// next open does 3.
#include <algorithm>

#include "base/check.h"
#include "keys/keyring/keyring.h"
#include "keys/keyring/slot_table.h"

namespace coffer::keys {
namespace {

Error given_up() {
  return {ErrorCode::wrong_key,
          "a rotation of the master key removed the key slot that opened this store",
          "open the store by another key"};
}

// Another process may have noted a use of the slot meanwhile: that is no change of the slot.
bool is_same_slot(const format::KeySlot& a, const format::KeySlot& b) {
  return a.number == b.number && a.commitment == b.commitment && a.blob == b.blob;
}

bool are_same_slots(const std::vector<format::KeySlot>& a, const std::vector<format::KeySlot>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_slot);
}

bool names_slot(const std::vector<int>& numbers, const format::KeySlot& slot) {
  return std::find(numbers.begin(), numbers.end(), static_cast<int>(slot.number)) != numbers.end();
}

Result<void> check_given_up(const std::vector<int>& without, const format::KeyringMaster& table) {
  for (const int number : without) {
    if (find_slot(table, number) == table.slots.end())
      return no_such_slot().with_number(static_cast<std::uint64_t>(std::max(number, 0)));
  }
  const bool is_any_left =
      std::any_of(table.slots.begin(), table.slots.end(),
                  [&](const format::KeySlot& slot) { return !names_slot(without, slot); });
  if (is_any_left) return {};
  return Error(ErrorCode::in_use, "no key slot would be left to open the store",
               Advice::add_slot_first);
}

}  // namespace

Error rotated_elsewhere() {
  return {ErrorCode::busy, "another process has rotated the master key", "try again"};
}

Error changed_meanwhile() {
  return {ErrorCode::busy, "another process changed the key slots meanwhile", "try again"};
}

Error no_such_slot() {
  return {ErrorCode::not_found, "there is no such key slot", Advice::see_slots};
}

Result<crypto::Key> Keyring::master_key_of(std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return changed_meanwhile();
  return crypto::Key::copy_of(master_key_.view());
}

// The keyring keeps the opener of the slot that opened it: no person is asked for that key again.
Result<format::KeySlot> Keyring::wrap_slot_again(const format::KeySlot& slot, SlotKeys& slot_keys,
                                                 const crypto::Key& opens,
                                                 const crypto::Key& wraps) {
  const SlotContext context{header_.store_id, slot.number};
  std::optional<SlotOpener> opener;
  if (slot.number == opened_by_) {
    const std::lock_guard one(catching_up_);
    const auto key = unwrap_master(opener_, context, slot);
    if (key && equal_in_constant_time(key->view(), opens.view())) opener = opener_.clone();
  }
  if (!opener) opener = COFFER_TRY(slot_keys.open(slot, context, opens));
  const std::lock_guard one(catching_up_);
  return wrap_again(*opener, context, slot, wraps);
}

Result<PreparedRewrap> Keyring::prepare_rewrap(int number, SlotKeys& slot_keys) {
  const format::KeyringMaster table = COFFER_TRY(current_table());
  const auto slot = find_slot(table, number);
  if (slot == table.slots.end()) return no_such_slot();
  const crypto::Key master_key = COFFER_TRY(master_key_of(table.generation));
  format::KeySlot after = COFFER_TRY(wrap_slot_again(*slot, slot_keys, master_key, master_key));
  return PreparedRewrap{table.generation, *slot, std::move(after)};
}

// A slot with a key of its own has the same commitment whatever it wraps: only the generation tells
// whether it was prepared for the current master key.
Result<void> Keyring::replace_slot(const PreparedRewrap& prepared) {
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  if (table.generation != prepared.generation) return changed_meanwhile();
  const auto slot = find_slot(table, static_cast<int>(prepared.before.number));
  if (slot == table.slots.end()) return no_such_slot();
  if (!is_same_slot(*slot, prepared.before)) return changed_meanwhile();
  const std::int64_t last_used_at_ms = slot->last_used_at_ms;
  *slot = prepared.after;
  slot->last_used_at_ms = last_used_at_ms;
  return write_table(table);
}

Result<PreparedRotation> Keyring::prepare_rotation(const std::vector<int>& without,
                                                   SlotKeys& slot_keys) {
  const format::KeyringMaster table = COFFER_TRY(current_table());
  COFFER_TRY(check_given_up(without, table));
  const crypto::Key old_key = COFFER_TRY(master_key_of(table.generation));
  PreparedRotation prepared;
  prepared.master_key = crypto::Key::random();
  prepared.before = table.slots;
  for (const format::KeySlot& slot : table.slots) {
    if (names_slot(without, slot)) continue;
    auto wrapped = wrap_slot_again(slot, slot_keys, old_key, prepared.master_key);
    if (!wrapped)
      return std::move(wrapped)
          .error()
          .with_advice(Advice::give_slot_key)
          .about(Subject::Kind::name, "key slot " + std::to_string(slot.number));
    prepared.after.push_back(std::move(*wrapped));
  }
  return prepared;
}

Result<void> Keyring::rotate_master(PreparedRotation& prepared) {
  COFFER_CHECK(!prepared.after.empty() && prepared.after.size() <= prepared.before.size());
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  if (!are_same_slots(table.slots, prepared.before)) return changed_meanwhile();
  // The rotation before this one is finished first: its epoch keys are wrapped by a third key.
  if (table.previous)
    return Error(ErrorCode::busy, "another rotation of the master key is not finished yet",
                 "try again");
  const crypto::Key root_secret = COFFER_TRY(unwrap_root(table, header_.store_id, master_key_));
  for (format::KeySlot& slot : prepared.after)
    slot.last_used_at_ms = find_slot(table, static_cast<int>(slot.number))->last_used_at_ms;
  format::KeyringMaster next = table;
  ++next.generation;
  next.slots = prepared.after;
  wrap_root(next, header_.store_id, prepared.master_key, root_secret);
  wrap_previous(next, header_.store_id, prepared.master_key, master_key_);
  COFFER_TRY(file_.write(kMasterPart, COFFER_TRY(encode_next(next, header_, prepared.master_key))));
  previous_key_ = std::exchange(master_key_, std::move(prepared.master_key));
  generation_ = next.generation;
  return {};
}

Result<bool> Keyring::epochs_are_current() {
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t slot : {0, 1}) {
    const auto record = read_epoch_slot(slot);
    if (!record && is_out_of_reach(record.error().code())) return record.error();
    if (record && record->master_generation != generation_) return false;
  }
  return true;
}

bool Keyring::has_previous() {
  const std::lock_guard lock(mutex_);
  return previous_key_.has_value();
}

std::uint64_t Keyring::generation() {
  const std::lock_guard lock(mutex_);
  return generation_;
}

Result<void> Keyring::drop_previous() {
  if (!has_previous() || !COFFER_TRY(epochs_are_current())) return {};
  const std::lock_guard lock(mutex_);
  format::KeyringMaster table = COFFER_TRY(read_table_for_change());
  if (table.previous) {
    table.previous.reset();
    COFFER_TRY(write_table(table));
  }
  previous_key_.reset();
  return {};
}

Result<void> Keyring::catch_up() {
  const std::lock_guard one(catching_up_);
  if (!behind_) return {};
  const std::uint64_t known = generation();
  std::optional<Error> telling;
  for (const format::KeyringMaster& table : COFFER_TRY(decode_tables(file_.read(kMasterPart)))) {
    if (table.generation <= known) continue;
    const auto slot = find_slot(table, static_cast<int>(opened_by_));
    if (slot == table.slots.end()) {
      telling = given_up();
      continue;
    }
    auto key = unwrap_master(opener_, {header_.store_id, slot->number}, *slot);
    if (!key) {
      telling = std::move(key).error();
      continue;
    }
    return adopt_newer(std::move(*key), table);
  }
  // The newer table has disappeared: somebody put an older file back.
  if (!telling) {
    behind_ = false;
    return Error(ErrorCode::rolled_back, "the table of key slots is older than the epoch key",
                 "put the newer keyring file back");
  }
  return std::move(*telling);
}

}  // namespace coffer::keys
