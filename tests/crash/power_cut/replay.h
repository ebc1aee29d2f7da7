// What a power cut may leave behind: of the calls made until then, all that was synced, and
// any part of what was not, in any order, writes torn between sectors.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "tests/crash/power_cut/recording.h"

namespace coffer::test {

struct CutState {
  const Tree& tree;
  std::size_t steps = 0;  ///< So many calls were made before the cut.
  std::size_t notes = 0;  ///< So many things the program had said by then.
  std::string how;        ///< Which part of what was not synced is there.
};

struct ReplayOptions {
  std::uint64_t seed = 1;
  std::size_t random_states = 16;      ///< At each sync: so many parts by lot.
  bool ignore_syncs = false;           ///< As if none had been called: a control that must fail.
  std::set<std::size_t> ignored = {};  ///< Steps whose sync is as if it had not been called.
};

/// Calls `visit` for every state, each once, until it returns false. Returns how many it saw.
std::size_t replay(const Recording& recording, const ReplayOptions& options,
                   const std::function<bool(const CutState&)>& visit);

}  // namespace coffer::test
