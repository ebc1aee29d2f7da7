#include "tools/slot_words.h"

#include <algorithm>

#include "tools/numbers.h"

namespace coffer::tools {

Result<int> parse_slot(std::string_view text) {
  constexpr std::uint64_t kFarAboveAnySlot = 1'000'000;
  const std::uint64_t slot = COFFER_TRY(parse_number("SLOT", text));
  if (slot == 0)
    return Error(ErrorCode::usage, "key slots are numbered from 1", "see: coffer key list");
  return static_cast<int>(std::min(slot, kFarAboveAnySlot));
}

}  // namespace coffer::tools
