// Key slots as a keyring file tells them, while no key has proven that it may be believed.
#pragma once

#include <coffer/key_slots.h>
#include <coffer/result.h>

#include <string>
#include <vector>

namespace coffer::keys {

/// What anybody who can write the file says the slots are. Errors: corrupt, too_new, io.
Result<std::vector<KeySlotInfo>> unproven_slots(const std::string& keyring_path);

}  // namespace coffer::keys
