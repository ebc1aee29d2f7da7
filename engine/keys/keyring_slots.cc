// The keyring's slots: listed, added, removed, tried. Nothing is used, and above all nothing
// signed anew, of a table that the holder of the master key did not write.
#include <algorithm>

#include "keys/keyring.h"
#include "keys/provider.h"
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

constexpr std::int64_t kUseNotedEveryMs = 24LL * 60 * 60 * 1000;

std::string provider_name(format::SlotScheme scheme) {
  if (scheme == format::SlotScheme::file) return "file";
  if (scheme == format::SlotScheme::passphrase) return "passphrase";
  if (scheme == format::SlotScheme::recovery) return "recovery";
  if (scheme == format::SlotScheme::shamir) return "shamir";
  const ProviderKind* kind = provider_kind(static_cast<KeySource::Scheme>(scheme));
  return kind != nullptr ? std::string(kind->shown.name) : "";
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
    info.provider = provider_name(slot.scheme);
    info.uri = slot.uri;
    info.key_id = slot.key_id;
    info.created_at_ms = slot.created_at_ms;
    info.last_used_at_ms = slot.last_used_at_ms;
    infos.push_back(std::move(info));
  }
  return infos;
}

// Whoever would be refused in the end is not asked for a passphrase first.
Result<PreparedSlot> Keyring::prepare_slot(const KeySource& source, std::int64_t now_ms) {
  const format::KeyringMaster table = COFFER_TRY(read_table());
  if (table.slots.size() >= format::kKeySlotsMax) return every_slot_taken();
  PreparedSlot prepared = COFFER_TRY(keys::prepare_slot(source, now_ms));
  if (prepared.provider == nullptr) return prepared;
  PreparedSlot wrapped;
  wrapped.wrapped_generation = table.generation;
  wrapped.slot = COFFER_TRY(
      wrap_master(std::move(prepared), {header_.store_id, table.next_slot}, master_key_));
  return wrapped;
}

Result<int> Keyring::add_slot(PreparedSlot prepared) {
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
    return Error{ErrorCode::busy, "another process changed the key slots meanwhile", "try again"};
  }
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

bool Keyring::use_is_worth_noting(std::int64_t now_ms) const {
  return opened_by_ != 0 && now_ms - use_noted_at_ms_ >= kUseNotedEveryMs;
}

// Another process may have noted it meanwhile, or removed the slot.
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
