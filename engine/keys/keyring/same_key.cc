#include "keys/keyring/same_key.h"

#include "crypto/key.h"

namespace coffer::keys {
namespace {

bool is_told_by_uri(const format::KeySlot& slot, bool is_of_provider) {
  return is_of_provider || (slot.scheme == format::SlotScheme::passphrase &&
                            slot.uri.find("source=file:") != std::string::npos);
}

bool is_same(const PreparedSlot& prepared, const format::StoreId& store_id,
             const format::KeySlot& slot) {
  if (slot.scheme != prepared.slot.scheme) return false;
  if (is_told_by_uri(slot, prepared.provider != nullptr)) return slot.uri == prepared.slot.uri;
  if (slot.scheme != format::SlotScheme::file) return false;
  const SlotOpener opener{crypto::Key::copy_of(prepared.key.view()), nullptr};
  return unwrap_master(opener, {store_id, slot.number}, slot).ok();
}

}  // namespace

Result<void> check_new_key(const PreparedSlot& prepared, const format::StoreId& store_id,
                           std::span<const format::KeySlot> others) {
  for (const format::KeySlot& slot : others)
    if (is_same(prepared, store_id, slot))
      return Error(ErrorCode::conflict, "this key has a key slot already", Advice::use_another_key)
          .with_number(slot.number);
  return {};
}

}  // namespace coffer::keys
