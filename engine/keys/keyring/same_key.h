// Whether a key that is to get a slot has one already.
#pragma once

#include <coffer/result.h>

#include <span>

#include "keys/keyring/slot.h"

namespace coffer::keys {

/// A second slot of one key is not a second way in. Key files are compared by their keys.
/// Providers, and passphrases that are read from a file, are compared by their URIs: one token may
/// keep several keys, and each slot stretches a passphrase with a salt of its own.
/// Errors: conflict: number() is the slot.
Result<void> check_new_key(const PreparedSlot& prepared, const format::StoreId& store_id,
                           std::span<const format::KeySlot> others);

}  // namespace coffer::keys
