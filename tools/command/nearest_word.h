// What somebody may have meant by a word that is none of ours.
#pragma once

#include <cstddef>
#include <string_view>

namespace coffer::tools {

/// No mistyped word is taken for one that is farther than this.
inline constexpr std::size_t kFarthestWord = 2;
/// A longer word is no mistyped one, and costs time.
inline constexpr std::size_t kLongestWord = 40;

/// How many letters are to be put in, taken out, changed, or exchanged with their neighbour, to
/// make the one of the other.
std::size_t word_distance(std::string_view a, std::string_view b);

/// What other programs call what a verb of coffer's does; empty where the word is not known.
std::string_view verb_called(std::string_view word);

}  // namespace coffer::tools
