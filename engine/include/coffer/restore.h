// What a store holds besides plain secrets, in the form in which it is copied to another store:
// Snapshot::config and its like export it, Transaction::restore_config and its like import it.
#pragma once

#include <coffer/secret_bytes.h>

#include <cstdint>
#include <string>
#include <vector>

namespace coffer {

/// A config without the values of its secrets. The secrets have the paths named here, and
/// Transaction::restore_managed restores them before the config.
struct RestoredConfig {
  std::string id;
  std::uint64_t revision = 0;
  std::string workspace;
  SecretBytes spec;     ///< Its exact text.
  SecretBytes partial;  ///< The stored document: coordinates in place of secrets.
  bool compat_airbyte = false;
  bool outside = false;         ///< Somebody else keeps the document.
  std::string last_stage = {};  ///< The stage whose commit made it; empty: none.
  std::vector<std::string>
      secrets{};  ///< The paths that its coordinates name, once each, in order.
};

/// A use of a secret by an outside user, as Store::add_reference records it.
struct RestoredReference {
  std::string path;
  std::uint64_t version = 0;  ///< 0: whichever is current.
  std::string user;
  bool operator==(const RestoredReference&) const = default;
};

}  // namespace coffer
