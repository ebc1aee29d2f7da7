// What goes to stderr: errors, hints, warnings and notes. No value ever appears in them.
#pragma once

#include <coffer/error.h>

#include <string>
#include <string_view>

#include "tools/command/arguments.h"

namespace coffer::tools {

/// Errors are printed in this format from now on.
void set_error_format(Format format);

/// The verb that runs. Its help is the hint of a usage error that has no hint of its own.
void set_verb(std::string_view name);

/// Replaces the hint of the next error, for hints that are put together at run time. The text may
/// hold coffer's own words and names that the caller may see, but never words of the command line,
/// because they may be values.
void set_hint(std::string text);

/// Prints the error and its hint, and returns its exit code.
int fail(const Error& error);

/// Prints `coffer: TEXT`: a message beside the data that was asked for.
void note(std::string_view text);
/// Prints `coffer: warning: TEXT`.
void warn(std::string_view text);

/// `text` made safe for a terminal: control characters and invalid UTF-8 become \xNN.
std::string printable(std::string_view text);

}  // namespace coffer::tools
