// What to do about a failed system call. Each errno has its own hint: a full disk is not a closed
// file.
#pragma once

#include <string_view>

namespace coffer::tools {

/// "" if the number says only that the call failed.
std::string_view hint_for_errno(int number);

}  // namespace coffer::tools
