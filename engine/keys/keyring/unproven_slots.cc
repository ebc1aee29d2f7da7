#include "keys/keyring/unproven_slots.h"

#include "keys/keyring/slot_keys.h"
#include "keys/keyring/slot_table.h"

namespace coffer::keys {

Result<std::vector<KeySlotInfo>> unproven_slots(const std::string& keyring_path) {
  const KeyringFile file = COFFER_TRY(KeyringFile::open(keyring_path));
  const auto tables = COFFER_TRY(decode_tables(file.read(kMasterPart)));
  std::vector<KeySlotInfo> infos;
  for (const format::KeySlot& slot : tables.front().slots) infos.push_back(info_of(slot));
  return infos;
}

}  // namespace coffer::keys
