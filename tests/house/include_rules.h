// What a file may include: its own floor, lower floors, and the third-party headers that its folder
// owns. A header that no rule knows is a finding, so that a new dependency is a decision and not an
// accident.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace house {

/// One sentence for each include in `text` that the file at `path` must not have.
std::vector<std::string> check_includes(std::string_view path, std::string_view text);

}  // namespace house
