#include "tools/command/streams/wide_characters.h"

#include <algorithm>
#include <iterator>

namespace coffer::tools {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's East Asian Width W and F, and the pictographs that terminals draw wide.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
    {0x1FA70, 0x1FAFF}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

// Marks on the character before, joiners and variation selectors.
constexpr Range kJoined[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},   {0x200B, 0x200F},
    {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
};

template <std::size_t N>
bool is_within(const Range (&ranges)[N], char32_t character) {
  return std::any_of(std::begin(ranges), std::end(ranges), [character](const Range& range) {
    return character >= range.first && character <= range.last;
  });
}

}  // namespace

std::size_t columns_of(char32_t character) {
  if (character < kJoined[0].first) return 1;
  if (is_within(kJoined, character)) return 0;
  return is_within(kWide, character) ? 2 : 1;
}

}  // namespace coffer::tools
