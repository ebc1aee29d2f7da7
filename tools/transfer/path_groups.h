// Prints what happened to each path, for import and migrate. It prints names only.
#pragma once

#include <coffer/result.h>

#include <span>
#include <string>
#include <vector>

namespace coffer::tools {

struct PathGroup {
  const char* state;
  const std::vector<std::string>& paths;
};

/// Prints one row a path, or {"dry_run", STATE: [PATH...]...}. Errors: io.
Result<void> write_path_groups(std::span<const PathGroup> groups, bool dry_run, bool as_json);

}  // namespace coffer::tools
