// The URIs that a store's slots keep, followed where the caller names no key.
#pragma once

#include <coffer/key_source.h>

#include <vector>

#include "format/keyring_records.h"

namespace coffer::keys {

struct Opening;

/// In the order of the slots, each URI once; last a passphrase, where a slot takes one from a
/// person and there is a prompt. The table is not authenticated yet: whoever can write the
/// keyring file chose these URIs.
std::vector<KeySource> stored_sources(const format::KeyringMaster& table, const Opening& opening);

}  // namespace coffer::keys
