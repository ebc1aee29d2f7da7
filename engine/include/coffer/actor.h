// For whom a store is opened: what the audit log notes, and whom the policy takes the caller for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer {

/// What becomes of the values that are read: a policy may allow one and not the other.
enum class Purpose : std::uint8_t {
  reveal,  ///< A person sees them.
  use,     ///< They go into a process.
};

/// What a caller says of itself; the process's user, number and program are found out by the
/// engine. UTF-8 without control characters; actor and correlation at most 256 bytes, reason
/// 1,024. Never put a secret here: everybody who may read the audit log reads this.
struct Actor {
  std::string actor = {};        ///< Who: a user, a job.
  std::string reason = {};       ///< Why: a ticket, a sentence.
  std::string correlation = {};  ///< What else belongs to it: a request's id.
  // Whom the store's policy (<coffer/policy.h>) takes the caller for. Nothing checks it: a program
  // that opens a store for others gives it after it has found out who they are. A policy does not
  // look at the label above.
  std::string user = {};                 ///< At most 256 bytes; empty: nobody in particular.
  std::vector<std::string> groups = {};  ///< At most 1,024 of at most 256 bytes.
  Purpose purpose = Purpose::reveal;
};

}  // namespace coffer
