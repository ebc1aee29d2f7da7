// Keys as a caller names them: by a URI, or by the name of a key file.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>
#include <string_view>

namespace coffer::tools {

/// A URI as it is; the name of a key file as its file: URI, made absolute from where we are, with
/// ~/ at its beginning for the home directory. What may be a key or a passphrase in the wrong
/// place is refused and not repeated. Errors: usage.
Result<std::string> key_uri_of(std::string_view text);

/// Whether the source's key file is not there yet, so that one is to be made.
bool lacks_key_file(const KeySource& key);
/// Takes a file that was made away again, where what it was for has come to nothing.
void forget_key_file(const KeySource& key);
/// Warns of a key file that is one byte, or a few, over and over: nobody's random bytes.
void warn_if_repeating(const KeySource& key);

}  // namespace coffer::tools
