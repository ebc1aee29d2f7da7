// Text with references in it, which are replaced by what they name; all else stays to the byte.
//
//   {{ coffer://team/db#password }}    a reference, with or without the blanks
//   ${secrets.team/db#password}        a path, and after '#' a field of it
//   \{{ coffer://...  and  $${secrets. the same letters, not replaced
//
// Of a secret that is an object, without a field, the only member is meant. Any other {{ }}
// and ${ } belong to somebody else and stay. What was put in is not looked at again.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <string>
#include <string_view>

namespace coffer::tools {

/// Takes a reference (coffer://...) and gives what stands for it.
using Resolver = std::function<Result<SecretBytes>(const std::string& reference)>;

/// Errors: usage (a reference that does not end), and the resolver's; each about
/// SOURCE:LINE:COLUMN, and the resolver's about the reference too. Time is linear in the text.
Result<SecretBytes> expand(std::string_view text, std::string_view source,
                           const Resolver& resolver);

}  // namespace coffer::tools
