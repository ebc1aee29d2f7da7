// The words that the config verbs have in common.
#pragma once

#include <coffer/configs.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/syntax.h"

namespace coffer::tools {

/// What `put`, `patch` and `stage` take.
struct ConfigWords {
  std::string id;
  std::optional<std::string> spec, input, workspace, revision, keep_old, compat, bump;
  std::vector<std::string> unmark;

  /// Describes the words that all of them take.
  void describe(Syntax& syntax, const char* input_help);
  void describe_workspace(Syntax& syntax);
  void describe_keep_old(Syntax& syntax);
  void describe_compat(Syntax& syntax);
  void describe_unmark(Syntax& syntax);
  /// Errors: usage.
  Result<ConfigPutOptions> options() const;
};

/// Errors: usage, unless the word is `airbyte`.
Result<bool> is_airbyte(std::string_view compat);
Error missing_option(std::string_view option);

/// Writes the report or the partial document alone; warns of a spec that marks nothing.
/// Errors: io.
Result<void> write_outcome(const ConfigPutReport& report, bool whole_report);

}  // namespace coffer::tools
