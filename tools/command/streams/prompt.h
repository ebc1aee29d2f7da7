// Asks a person for input, on the terminal only.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string_view>

namespace coffer::tools {

/// Whether standard input is a terminal and the process has one to ask on.
bool can_ask();

/// Asks for a line that is not shown; a non-empty `again` is the prompt to ask for it a second
/// time. The line end is not part of the result, and the usual editing keys work. Errors: usage (no
/// terminal, a control character), declined (Ctrl-C or Ctrl-D; the two answers differ; more lines
/// were pasted, which are thrown away), limit.
Result<SecretBytes> ask_secret(std::string_view prompt, std::string_view again);

/// Asks on the terminal, `hidden` or not. Without a terminal it takes the next line of standard
/// input, without its line end. Errors: as ask_secret; declined (no line is left), io.
Result<SecretBytes> ask_or_read_line(std::string_view prompt, bool hidden);

/// Asks a yes-or-no question if a person can answer. With `yes`, and without a terminal, the
/// command itself counts as consent. Errors: declined.
Result<void> confirm(std::string_view question, bool yes);

/// The same for actions where a slip would cost much: the answer is `name`, typed in full. Errors:
/// declined.
Result<void> confirm_by_name(std::string_view question, std::string_view name, bool yes);

}  // namespace coffer::tools
