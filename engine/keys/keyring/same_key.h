// Whether a key that is to get a slot has one already.
#pragma once

#include <coffer/result.h>

#include <span>

#include "keys/keyring/slot.h"

namespace coffer::keys {

/// A second slot of one key is not a second way in. A key file is told by its key; of a provider
/// and of a passphrase that is read from a file the URI tells, for one token may keep several keys,
/// and a passphrase is stretched with another salt by now. Errors: conflict: number() is the slot.
Result<void> check_new_key(const PreparedSlot& prepared, const format::StoreId& store_id,
                           std::span<const format::KeySlot> others);

}  // namespace coffer::keys
