// Parses key slots from the command line, and confirms their removal.
#pragma once

#include <coffer/result.h>
#include <coffer/store.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// Parses a slot number. The store refuses numbers that no slot can have. Errors: usage.
Result<int> parse_slot(std::string_view text);
/// Parses words such as `1,2`. Errors: usage.
Result<std::vector<int>> parse_slots(const std::vector<std::string>& words);

/// Asks before these slots are removed, and names what is lost: each slot's URI, whether a key in
/// `keys` (which opened the store) is among them, whether no paper key is left, and whether only
/// one slot is left. Without a terminal it returns this text, for note_given_up(); otherwise, and
/// if the store will refuse, it returns "". Errors: declined, those of Keys::slots().
Result<std::string> confirm_giving_up(Store& store, const std::vector<int>& given_up,
                                      const std::vector<KeySource>& keys, bool yes);
/// Reports the removed slots; does nothing if `lost` is empty.
void note_given_up(const std::string& lost);

}  // namespace coffer::tools
