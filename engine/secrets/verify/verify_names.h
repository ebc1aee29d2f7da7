// What verify knows of the store's names: whose record each one is, and whether a folder, a list
// and a secret have all that is told of them.
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

/// Whose the records of a hash are.
struct Owner {
  format::Kind kind = format::Kind::secret;
  std::string name;
  std::uint32_t head_revision = 0;  ///< As the name says it.
  bool seen = false;
};
using Owners = std::unordered_map<format::PathHash, Owner, HashOfHash>;

/// Reads every name there is, and adds what is wrong with any of them to `problems`. Errors: io.
Result<Owners> collect_owners(const Reading& reading, std::vector<std::string>& problems);

/// A secret's rows as they come, the newest version first and the head last: does each tell of the
/// others what is there?
class SecretRows {
 public:
  void add_version(const format::VersionHeader& header);
  void add_head(std::uint64_t revision) { head_ = revision; }
  /// What is wrong, or nothing. `head_revision`: as the secret's name says it.
  std::vector<std::string> problems(std::uint32_t head_revision) const;

 private:
  std::uint64_t rows_ = 0;
  format::VersionHeader newest_;
  bool newest_is_lost_ = false;
  std::uint64_t head_ = 0;
};

}  // namespace coffer::secrets
