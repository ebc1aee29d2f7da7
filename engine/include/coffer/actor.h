// The caller of an open store: the labels that the audit log records, and the user and groups that
// the policy goes by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer {

/// What happens to the values that the caller reads. A policy may allow one and not the other.
enum class Purpose : std::uint8_t {
  reveal,  ///< A person sees them.
  use,     ///< They go into a process.
};

/// What a caller says about itself; the engine finds out the process's user, number and program.
/// UTF-8 without control characters; actor and correlation at most 256 bytes, reason 1,024. Never
/// put a secret here: everybody who may read the audit log sees these texts.
struct Actor {
  std::string actor = {};        ///< A label for the caller: a user, a job.
  std::string reason = {};       ///< Why the caller acts: a ticket, a sentence.
  std::string correlation = {};  ///< What the call belongs to: a request's id.
  // The store's policy (<coffer/policy.h>) goes by these. The engine does not check them: a program
  // that opens a store for others must have found out who they are. A policy ignores the labels
  // above.
  std::string user = {};                 ///< At most 256 bytes; empty: no particular user.
  std::vector<std::string> groups = {};  ///< At most 1,024 names of at most 256 bytes.
  Purpose purpose = Purpose::reveal;
};

}  // namespace coffer
