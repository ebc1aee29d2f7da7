// What a store's directory tells without a key. Nothing proves it: anyone who can write the store's
// files can make it say anything. No policy decides and no record is made, because both are sealed.
#pragma once

#include <coffer/export.h>
#include <coffer/key_slots.h>
#include <coffer/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// The key slots that the keyring file names: the ways to open the store.
/// Errors: no_store, corrupt, too_new, io.
COFFER_API Result<std::vector<KeySlotInfo>> unproven_key_slots(std::string_view directory);

/// "local", or "fuse" if a program serves the directory's file system: its locks may not hold, and
/// two machines that use one store through it may damage the store.
COFFER_API std::string lock_promise(std::string_view directory);

}  // namespace coffer
