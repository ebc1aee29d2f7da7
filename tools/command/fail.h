// What goes to stderr: errors, hints, warnings and notes, none of which holds a value.
#pragma once

#include <coffer/error.h>

#include <string>
#include <string_view>

#include "tools/command/arguments.h"

namespace coffer::tools {

/// The form of errors from here on.
void set_error_format(Format format);

/// The verb that runs: where an error has no advice of its own, its help is.
void set_verb(std::string_view name);

/// The hint of the error that is about to be told, where it is put together at run time. Of
/// coffer's own words, and names that the caller may see; never of the caller's words: they may be
/// values.
void set_hint(std::string text);

/// Tells the error (and what to do about it) and returns the exit code for it.
int fail(const Error& error);

/// `coffer: TEXT`, for what was done without being the data asked for.
void note(std::string_view text);
/// `coffer: warning: TEXT`.
void warn(std::string_view text);

/// `text` as it may go to a terminal: control characters and bytes that are no UTF-8 as \xNN.
std::string printable(std::string_view text);

}  // namespace coffer::tools
