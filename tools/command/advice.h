// The command's words for what the engine advises: which verb, which option.
#pragma once

#include <coffer/advice.h>

#include <string_view>

namespace coffer::tools {

/// What to type; the engine's own sentence for advice that came with a newer engine; empty for
/// Advice::none.
std::string_view words_for(Advice advice);

}  // namespace coffer::tools
