// The key slots and the master key of an open store.
#include <coffer/key_slots.h>

#include <algorithm>
#include <optional>

#include "api/call.h"
#include "keys/keyring/keyring.h"
#include "keys/kind.h"
#include "records/vault/rekey.h"
#include "secrets/engine.h"

namespace coffer {
namespace {

using format::Action;
using secrets::KeyChange;
using Changes = std::vector<KeyChange>;

keys::SlotKeys slot_keys_of(const SlotKeyOptions& options) {
  if (options.source_of) return {options.keys, options.source_of};
  return {options.keys, [environment = options.environment](const KeySlotInfo& slot) {
            return KeySource::parse(slot.uri, {}, environment);
          }};
}

Result<KeySlotInfo> slot_of(keys::Keyring& keyring, int number) {
  for (KeySlotInfo& slot : COFFER_TRY(keyring.slots()))
    if (slot.slot == number) return std::move(slot);
  return keys::no_such_slot();
}

Result<RewrappedSlot> rewrap_one(secrets::Engine& engine, int slot, keys::SlotKeys& slot_keys) {
  keys::Keyring& keyring = *COFFER_TRY(engine.keyring());
  std::optional<keys::PreparedRewrap> prepared;
  const auto prepare = [&]() -> Result<void> {
    prepared = COFFER_TRY(keyring.prepare_rewrap(slot, slot_keys));
    return {};
  };
  const auto replace = [&]() -> Result<Changes> {
    COFFER_TRY(keyring.replace_slot(*prepared));
    return Changes{{Action::key_rewrap, slot}};
  };
  COFFER_TRY(engine.change_keys({Action::key_rewrap, slot}, prepare, replace));
  RewrappedSlot rewrapped;
  rewrapped.slot = COFFER_TRY(slot_of(keyring, slot));
  rewrapped.key_id_before = prepared->before.key_id;
  return rewrapped;
}

// A provider may have rotated its key, so its slot must be wrapped again. The key of any other slot
// never changes.
bool keeps_its_key(const KeySlotInfo& slot) {
  const keys::Kind* kind = keys::kind_of_uri(slot.uri);
  return kind != nullptr && !format::is_provider(kind->scheme);
}

Result<int> add_key(secrets::Engine& engine, const KeySource& key) {
  // Asking a person and stretching take time: no writer waits for them.
  keys::Keyring& keyring = *COFFER_TRY(engine.keyring());
  std::optional<keys::PreparedSlot> prepared;
  const auto prepare = [&]() -> Result<void> {
    prepared = COFFER_TRY(keyring.prepare_slot(key, engine.now_ms()));
    return {};
  };
  int slot = 0;
  COFFER_TRY(engine.change_keys({Action::key_add}, prepare, [&]() -> Result<Changes> {
    slot = COFFER_TRY(keyring.add_slot(*prepared));
    return Changes{{Action::key_add, slot}};
  }));
  return slot;
}

Result<void> remove_key(secrets::Engine& engine, int slot) {
  keys::Keyring& keyring = *COFFER_TRY(engine.keyring());
  const auto check = [&] { return keyring.check_removal(slot); };
  COFFER_TRY(engine.change_keys({Action::key_remove, slot}, check, [&]() -> Result<Changes> {
    COFFER_TRY(keyring.remove_slot(slot));
    return Changes{{Action::key_remove, slot}};
  }));
  return {};
}

Result<std::vector<RewrappedSlot>> rewrap_keys(secrets::Engine& engine, int slot,
                                               const SlotKeyOptions& options) {
  keys::SlotKeys slot_keys = slot_keys_of(options);
  std::vector<RewrappedSlot> outcomes;
  if (slot != 0) {
    outcomes.push_back(COFFER_TRY(rewrap_one(engine, slot, slot_keys)));
    return outcomes;
  }
  for (KeySlotInfo& info : COFFER_TRY(COFFER_TRY(engine.keyring())->slots())) {
    auto outcome = rewrap_one(engine, info.slot, slot_keys);
    if (outcome) {
      outcomes.push_back(std::move(*outcome));
      continue;
    }
    RewrappedSlot failed;
    failed.skipped = keeps_its_key(info);
    failed.key_id_before = info.key_id;
    failed.slot = std::move(info);
    failed.error = std::move(outcome).error();
    outcomes.push_back(std::move(failed));
  }
  return outcomes;
}

Result<RotateKeyReport> rotate_key(secrets::Engine& engine, const RotateKeyOptions& options) {
  keys::Keyring& keyring = *COFFER_TRY(engine.keyring());
  COFFER_TRY(keyring.slots());  // Reads what other processes have changed.
  COFFER_TRY(engine.finish_master_rotation());
  keys::SlotKeys slot_keys = slot_keys_of(options.slot_keys);
  std::optional<keys::PreparedRotation> prepared;
  const auto prepare = [&]() -> Result<void> {
    prepared = COFFER_TRY(keyring.prepare_rotation(options.without, slot_keys));
    return {};
  };
  RotateKeyReport report;
  const auto rotate = [&]() -> Result<Changes> {
    COFFER_TRY(keyring.rotate_master(*prepared));
    Changes changes{{Action::key_rotate}};
    for (const format::KeySlot& slot : prepared->before) {
      const int number = static_cast<int>(slot.number);
      const bool stays = std::any_of(prepared->after.begin(), prepared->after.end(),
                                     [&](const auto& each) { return each.number == slot.number; });
      (stays ? report.slots : report.given_up).push_back(number);
      if (!stays) changes.push_back({Action::key_remove, number});
    }
    return changes;
  };
  const secrets::WriteReport written =
      COFFER_TRY(engine.change_keys({Action::key_rotate, 0, true}, prepare, rotate));
  report.generation = keyring.generation();
  report.epoch_before = written.receipt.epoch_before;
  report.epoch_after = written.receipt.epoch_after;
  return report;
}

}  // namespace

Result<std::vector<KeySlotInfo>> Keys::slots() {
  return api::call(*engine_, UseCase::admin, Action::look,
                   [&]() -> Result<std::vector<KeySlotInfo>> {
                     return COFFER_TRY(engine_->keyring())->slots();
                   });
}

Result<int> Keys::add(const KeySource& key) {
  return api::call(*engine_, UseCase::admin, Action::key_add,
                   [&] { return add_key(*engine_, key); });
}

Result<void> Keys::remove(int slot) {
  return api::call(*engine_, UseCase::admin, Action::key_remove,
                   [&] { return remove_key(*engine_, slot); });
}

Result<std::vector<RewrappedSlot>> Keys::rewrap(int slot, const SlotKeyOptions& options) {
  return api::call(*engine_, UseCase::admin, Action::key_rewrap,
                   [&] { return rewrap_keys(*engine_, slot, options); });
}

Result<RotateKeyReport> Keys::rotate(const RotateKeyOptions& options) {
  return api::call(*engine_, UseCase::admin, Action::key_rotate,
                   [&] { return rotate_key(*engine_, options); });
}

Result<RotateDataReport> Keys::rotate_data(const RotateDataOptions& options) {
  return api::call(*engine_, UseCase::admin, Action::key_rekey,
                   [&] { return records::rekey(*engine_, options); });
}

Result<void> Keys::test(int slot, const KeySource& key) {
  return api::call(*engine_, UseCase::admin, Action::look, [&]() -> Result<void> {
    return COFFER_TRY(engine_->keyring())->test_slot(slot, key);
  });
}

}  // namespace coffer
