// The checks of names for verify: finds the owner of each record, and checks that folders, lists
// and secrets are complete.
#pragma once

#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

struct HashOfHash {
  std::size_t operator()(const format::PathHash& hash) const {
    std::size_t out = 0;
    std::memcpy(&out, hash.data(), sizeof out);
    return out;
  }
};

/// The owner of the records of a hash.
struct Owner {
  format::Kind kind = format::Kind::secret;
  std::string name;
  std::uint32_t head_revision = 0;  ///< From the name.
  bool seen = false;
};
using Owners = std::unordered_map<format::PathHash, Owner, HashOfHash>;

/// Reads every name and adds the damaged ones to `problems`. Errors: io.
Result<Owners> collect_owners(const Reading& reading, std::vector<std::string>& problems);

/// Collects a secret's rows, the newest version first and the head last, and checks that they agree
/// with each other.
class SecretRows {
 public:
  void add_version(const format::VersionHeader& header);
  void add_head(std::uint64_t revision) { head_ = revision; }
  /// The problems found. `head_revision` comes from the secret's name.
  std::vector<std::string> problems(std::uint32_t head_revision) const;

 private:
  std::uint64_t rows_ = 0;
  format::VersionHeader newest_;
  bool newest_is_lost_ = false;
  std::uint64_t head_ = 0;
};

}  // namespace coffer::secrets
