// What is done to the key slots and the master key of an open store.
#pragma once

#include <coffer/key_slots.h>

#include <vector>

namespace coffer::secrets {
class Engine;
}

namespace coffer::api {

Result<int> add_key(secrets::Engine& engine, const KeySource& key);
Result<void> remove_key(secrets::Engine& engine, int slot);
Result<std::vector<RewrappedSlot>> rewrap_keys(secrets::Engine& engine, int slot,
                                               const SlotKeyOptions& options);
Result<RotateKeyReport> rotate_key(secrets::Engine& engine, const RotateKeyOptions& options);

}  // namespace coffer::api
