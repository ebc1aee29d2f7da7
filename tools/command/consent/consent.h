// The consent to something that cannot be undone: -y, --confirm NAME, or an answer typed on the
// terminal.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>
#include <string_view>

#include "tools/command/syntax.h"

namespace coffer::tools {

struct Consent {
  bool yes = false;
  std::optional<std::string> name;  ///< The argument of --confirm.

  /// Adds the two options to a verb.
  void describe(Syntax& syntax);
  /// Errors: usage (--confirm names something other than `meant`).
  Result<void> check(std::string_view meant) const;
  /// Asks a yes-or-no question if a person can answer and neither option was given. Without a
  /// terminal the command itself counts as consent. Errors: as check; declined.
  Result<void> ask(std::string_view question, std::string_view meant) const;
  /// Like ask(), but the answer is the name, typed in full. Errors: as ask.
  Result<void> ask_for_name(std::string_view question, std::string_view meant) const;
};

}  // namespace coffer::tools
