// Searches the files that a command left for a value that must not be there.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cli/command.h"

namespace cli {

/// The files below `root` that contain `bytes`.
inline std::vector<std::string> files_holding(const std::filesystem::path& root,
                                              std::string_view bytes) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    if (read_file(entry.path()).find(bytes) != std::string::npos)
      found.push_back(entry.path().string());
  }
  return found;
}

}  // namespace cli
