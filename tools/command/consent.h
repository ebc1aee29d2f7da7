// What is said before something goes for good: -y, --confirm NAME, or an answer on the terminal.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>
#include <string_view>

#include "tools/command/syntax.h"

namespace coffer::tools {

struct Consent {
  bool yes = false;
  std::optional<std::string> name;  ///< What --confirm says is meant.

  /// Adds the options to a verb.
  void describe(Syntax& syntax);
  /// Errors: usage (--confirm names something else than `meant`).
  Result<void> check(std::string_view meant) const;
  /// A yes-or-no question where a person is there to answer and nothing was said beforehand;
  /// elsewhere the command's own words are the consent. Errors: as check; declined.
  Result<void> ask(std::string_view question, std::string_view meant) const;
  /// The same, but what is to be typed is the name. Errors: as ask.
  Result<void> ask_for_name(std::string_view question, std::string_view meant) const;
};

}  // namespace coffer::tools
