// Key slots as words of the command line.
#pragma once

#include <coffer/result.h>
#include <coffer/store.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// A slot's number; one that no slot can have is told by the store. Errors: usage.
Result<int> parse_slot(std::string_view text);
/// `1,2` and several of them. Errors: usage.
Result<std::vector<int>> parse_slots(const std::vector<std::string>& words);

/// Asks before these slots are given up, and names what is lost with them: each by its URI; that
/// one of `keys`, which opened the store, is among them; that nothing on paper is left; that one
/// slot is left. Where nobody is there to ask, it is the result, for note_given_up(); else that is
/// empty, as it is where the store will refuse. Errors: declined, those of Keys::slots().
Result<std::string> confirm_giving_up(Store& store, const std::vector<int>& given_up,
                                      const std::vector<KeySource>& keys, bool yes);
/// Tells what was given up, once it is.
void note_given_up(const std::string& lost);

}  // namespace coffer::tools
