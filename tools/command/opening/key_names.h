// Keys as a user names them: by a URI or by the name of a key file.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include <string>
#include <string_view>

namespace coffer::tools {

/// Returns a URI unchanged, and the name of a key file as a file: URI with an absolute path; ~/ at
/// its beginning is the home directory. A text that may be a key or passphrase is refused and not
/// repeated. Errors: usage.
Result<std::string> key_uri_of(std::string_view text);

/// Whether the source is a key file that does not exist yet.
bool lacks_key_file(const KeySource& key);
/// Removes a key file that was just created, if the command that needed it failed.
void forget_key_file(const KeySource& key);
/// Warns if the key file repeats one byte, or a few bytes, over and over.
void warn_if_repeating(const KeySource& key);

}  // namespace coffer::tools
