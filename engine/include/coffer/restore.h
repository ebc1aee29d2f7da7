// What a store holds besides plain secrets, as it is carried to another one: with
// Snapshot::config and Transaction::restore_config, and their kin, an export and its import.
#pragma once

#include <coffer/secret_bytes.h>

#include <cstdint>
#include <string>
#include <vector>

namespace coffer {

/// A config as it stands, without the values of its secrets: those are secrets by the paths told
/// here, and are carried as such (Transaction::restore_managed), before the config is.
struct RestoredConfig {
  std::string id;
  std::uint64_t revision = 0;
  std::string workspace;
  SecretBytes spec;     ///< Its exact text.
  SecretBytes partial;  ///< The stored document: coordinates where secrets stand.
  bool compat_airbyte = false;
  bool outside = false;                ///< The document is kept by somebody else.
  std::string last_stage = {};         ///< Whose commit made it; empty: none.
  std::vector<std::string> secrets{};  ///< Paths that its coordinates name, each once, in order.
};

/// Somebody outside uses a secret, as Store::add_reference notes it.
struct RestoredReference {
  std::string path;
  std::uint64_t version = 0;  ///< 0: whichever is current.
  std::string user;
  bool operator==(const RestoredReference&) const = default;
};

}  // namespace coffer
