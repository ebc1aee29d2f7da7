// Finds what a user may have meant by an unknown word.
#pragma once

#include <cstddef>
#include <string_view>

namespace coffer::tools {

/// A word farther away than this is not a likely typing error.
inline constexpr std::size_t kFarthestWord = 2;
/// Longer words are not compared: they are no typing errors and would cost time.
inline constexpr std::size_t kLongestWord = 40;

/// How many letters must be inserted, deleted, changed, or swapped with their neighbour to turn `a`
/// into `b`.
std::size_t word_distance(std::string_view a, std::string_view b);

/// The verb that does what other programs call `word`; empty if the word is unknown.
std::string_view verb_called(std::string_view word);

}  // namespace coffer::tools
