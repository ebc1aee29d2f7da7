// The key slots of a keyring file that no key has authenticated yet.
#pragma once

#include <coffer/key_slots.h>
#include <coffer/result.h>

#include <string>
#include <vector>

namespace coffer::keys {

/// The slots as the file lists them; anybody who can write the file could have chosen them.
/// Errors: corrupt, too_new, io.
Result<std::vector<KeySlotInfo>> unproven_slots(const std::string& keyring_path);

}  // namespace coffer::keys
