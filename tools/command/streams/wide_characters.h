// How many terminal columns a character takes.
#pragma once

#include <cstddef>

namespace coffer::tools {

/// 2 for wide East Asian characters and pictographs, 0 for those that join the one before, else 1.
std::size_t columns_of(char32_t character);

}  // namespace coffer::tools
