// The URIs that a store's slots keep, followed where the caller names no key.
#pragma once

#include <coffer/key_source.h>

#include <span>
#include <string>
#include <vector>

#include "format/keyring_records.h"

namespace coffer::keys {

struct Opening;

struct StoredSources {
  /// In the order of the slots, each URI once; last a passphrase, where a slot takes one from a
  /// person and there is a prompt.
  std::vector<KeySource> followed;
  /// A URI that is followed only where the caller names it; empty: there is none.
  std::string not_followed;
};
/// The table is not authenticated yet: whoever can write the keyring file chose these URIs.
StoredSources stored_sources(const format::KeyringMaster& table, const Opening& opening);

/// What to do where nothing opened: the hint tells of the slots that were not tried, a recovery
/// key, shares, or a key that is used only where it is named.
Error with_other_ways(Error error, const format::KeyringMaster& table,
                      std::span<const KeySource> tried, bool has_not_followed);

}  // namespace coffer::keys
