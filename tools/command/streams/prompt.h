// Asking a person, on the terminal and nowhere else.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

namespace coffer::tools {

/// Whether standard input is a terminal and there is one to ask on.
bool can_ask();

/// Asks for a line that is not shown; `again` (if not empty) asks for it a second time.
/// The line end is not part of it; keys edit it as they do on the terminal. Errors: usage (no
/// terminal, a control character), declined (cut off by Ctrl-C or Ctrl-D, the two differ, or more
/// lines wait behind it, as of a pasted text: they are thrown away), limit.
Result<SecretBytes> ask_secret(std::string_view prompt, std::string_view again);

/// Asks on the terminal, `hidden` or not; where there is none, takes the next line of standard
/// input, without its line end. Errors: as ask_secret; declined (no line is left), io.
Result<SecretBytes> ask_or_read_line(std::string_view prompt, bool hidden);

/// Asks a yes-or-no question where a person is there to answer; elsewhere, and where `yes`
/// was said beforehand, the command's own words are the consent.
/// Errors: declined.
Result<void> confirm(std::string_view question, bool yes);

/// The same, where a slip of the finger would cost much: the answer is `name`, typed in full.
/// Errors: declined.
Result<void> confirm_by_name(std::string_view question, std::string_view name, bool yes);

}  // namespace coffer::tools
