// What to do about a failed system call, by its errno: a full disk is not a closed file.
#pragma once

#include <string_view>

namespace coffer::tools {

/// "" where the number says no more than that it failed.
std::string_view hint_for_errno(int number);

}  // namespace coffer::tools
