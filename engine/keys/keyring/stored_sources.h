// The URIs that a store's slots keep, followed if the caller names no key.
#pragma once

#include <coffer/key_source.h>

#include <span>
#include <string>
#include <vector>

#include "format/keyring_records.h"

namespace coffer::keys {

struct Opening;

struct StoredSources {
  /// In the order of the slots, each URI once; last a passphrase, if a slot takes one from a person
  /// and the opening has a prompt.
  std::vector<KeySource> followed;
  /// The first URI that is followed only if the caller names it; empty: there is none.
  std::string not_followed;
};
/// The table is not authenticated yet: anybody who can write the keyring file can choose the URIs.
StoredSources stored_sources(const format::KeyringMaster& table, const Opening& opening);

/// The error with a hint at the slots that were not tried: a recovery key, shares, or a key that is
/// used only if the caller names it.
Error with_other_ways(Error error, const format::KeyringMaster& table,
                      std::span<const KeySource> tried, bool has_not_followed);

}  // namespace coffer::keys
