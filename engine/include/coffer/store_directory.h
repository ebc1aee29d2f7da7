// What a store's directory tells without a key. Nothing proves it: whoever can write the store's
// files can make it say anything. No policy is asked and no record is made, for both are inside.
#pragma once

#include <coffer/export.h>
#include <coffer/key_slots.h>
#include <coffer/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer {

/// The key slots that the keyring file names, to see which ways in a store has that no key opens.
/// Errors: no_store, corrupt, too_new, io.
COFFER_API Result<std::vector<KeySlotInfo>> unproven_key_slots(std::string_view directory);

/// "local", or "fuse" where a program serves the directory's file system: locks are what it makes
/// of them, and two machines that reach one store through it may damage it.
COFFER_API std::string lock_promise(std::string_view directory);

}  // namespace coffer
