// How many columns of a terminal a character takes.
#pragma once

#include <cstddef>

namespace coffer::tools {

/// 2 for the wide ones of East Asia and for pictures, 0 for those that join the one before, else 1.
std::size_t columns_of(char32_t character);

}  // namespace coffer::tools
