#include "keys/keyring/slot_keys.h"

#include "keys/keyring/keyring_file.h"
#include "keys/kind.h"

namespace coffer::keys {
KeySlotInfo info_of(const format::KeySlot& slot) {
  KeySlotInfo info;
  info.slot = static_cast<int>(slot.number);
  info.provider = kind_of(slot.scheme).name;
  info.uri = slot.uri;
  info.key_id = slot.key_id;
  info.created_at_ms = slot.created_at_ms;
  info.last_used_at_ms = slot.last_used_at_ms;
  return info;
}

SlotKeys::SlotKeys(std::span<const KeySource> given, SourceOf source_of)
    : source_of_(std::move(source_of)) {
  for (const KeySource& source : given) given_.push_back({source});
}

Result<SlotOpener> SlotKeys::open_with(Tried& tried, const format::KeySlot& slot,
                                       const SlotContext& context, const crypto::Key& master) {
  if (!tried.material) tried.material = obtain(tried.source);
  if (!*tried.material) return tried.material->error();
  SlotOpener opener = COFFER_TRY(opener_for(**tried.material, slot));
  const crypto::Key key = COFFER_TRY(unwrap_master(opener, context, slot));
  if (!equal_in_constant_time(key.view(), master.view())) return damaged_keyring();
  return opener;
}

// A key of the same kind may be another slot's: then the slot's own source is asked for.
Result<SlotOpener> SlotKeys::open(const format::KeySlot& slot, const SlotContext& context,
                                  const crypto::Key& master) {
  for (Tried& tried : given_) {
    if (tried.source.scheme() != slot.scheme) continue;
    auto opener = open_with(tried, slot, context, master);
    if (opener || opener.error().code() == ErrorCode::corrupt) return opener;
  }
  asked_.push_back({COFFER_TRY(source_of_(info_of(slot)))});
  return open_with(asked_.back(), slot, context, master);
}

}  // namespace coffer::keys
