#include "tools/command/opening/slot_words.h"

#include <algorithm>
#include <set>

#include "tools/command/fail.h"
#include "tools/command/numbers.h"
#include "tools/command/streams/prompt.h"

namespace coffer::tools {

Result<int> parse_slot(std::string_view text) {
  constexpr std::uint64_t kFarAboveAnySlot = 1'000'000;
  const std::uint64_t slot = COFFER_TRY(parse_number("SLOT", text));
  if (slot == 0)
    return Error(ErrorCode::usage, "key slots are numbered from 1", "see: coffer key list");
  return static_cast<int>(std::min(slot, kFarAboveAnySlot));
}

Result<std::vector<int>> parse_slots(const std::vector<std::string>& words) {
  std::vector<int> slots;
  for (const std::string& word : words) {
    std::string_view rest = word;
    for (;;) {
      const std::size_t comma = rest.find(',');
      slots.push_back(COFFER_TRY(parse_slot(rest.substr(0, comma))));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return slots;
}

namespace {

// Whether every given slot exists and at least one other slot stays.
bool are_some_of(const std::vector<KeySlotInfo>& slots, const std::vector<int>& given_up) {
  const auto is_given_up = [&](const KeySlotInfo& slot) {
    return std::find(given_up.begin(), given_up.end(), slot.slot) != given_up.end();
  };
  const std::set<int> numbers(given_up.begin(), given_up.end());
  const auto found = std::count_if(slots.begin(), slots.end(), is_given_up);
  return static_cast<std::size_t>(found) == numbers.size() && numbers.size() < slots.size();
}

bool is_on_paper(const KeySlotInfo& slot) {
  return slot.provider == "recovery" || slot.provider == "shamir";
}

std::string what_is_given_up(const std::vector<KeySlotInfo>& slots,
                             const std::vector<int>& given_up, const std::vector<KeySource>& keys) {
  std::string text;
  bool opened_by = false;
  bool loses_paper = false;
  bool keeps_paper = false;
  std::size_t left = 0;
  for (const KeySlotInfo& slot : slots) {
    if (std::find(given_up.begin(), given_up.end(), slot.slot) == given_up.end()) {
      keeps_paper = keeps_paper || is_on_paper(slot);
      ++left;
      continue;
    }
    text += (text.empty() ? "key slot " : ", key slot ") + std::to_string(slot.slot) + " (" +
            slot.uri + ")";
    loses_paper = loses_paper || is_on_paper(slot);
    opened_by = opened_by || std::any_of(keys.begin(), keys.end(), [&](const KeySource& key) {
                  return key.uri() == slot.uri;
                });
  }
  if (opened_by) text += "; this includes the key that opened the store now";
  if (loses_paper && !keeps_paper) text += "; no recovery key and no shares are left";
  if (left == 1) text += "; one key slot is left: if its key is lost, everything is lost";
  return text;
}

}  // namespace

Result<std::string> confirm_giving_up(Store& store, const std::vector<int>& given_up,
                                      const std::vector<KeySource>& keys, bool yes) {
  const std::vector<KeySlotInfo> slots = COFFER_TRY(store.keys().slots());
  // The store itself refuses an unknown number, and the removal of all slots.
  if (!are_some_of(slots, given_up)) return std::string();
  std::string lost = what_is_given_up(slots, given_up, keys);
  if (yes || !can_ask()) return lost;
  COFFER_TRY(
      confirm("Remove " + lost + ". Their keys will no longer open the store. Continue?", yes));
  return std::string();
}

void note_given_up(const std::string& lost) {
  if (!lost.empty()) note("removed: " + lost);
}

}  // namespace coffer::tools
