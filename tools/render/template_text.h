// Replaces the references in a text by their values; every other byte stays.
//
//   {{ coffer://team/db#password }}    a reference, with or without the blanks
//   ${secrets.team/db#password}        a path, and after '#' a field of it
//   \{{ coffer://...  and  $${secrets. the same characters, not replaced
//
// A reference to an object without a field means its only member. Other {{ }} and ${ } stay,
// because they belong to other programs. Inserted text is not searched again.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <string>
#include <string_view>

namespace coffer::tools {

/// Returns the value for a reference (coffer://...).
using Resolver = std::function<Result<SecretBytes>(const std::string& reference)>;

/// Errors: usage (a reference that does not end), and the resolver's; about SOURCE:LINE:COLUMN, the
/// resolver's also about the reference. Takes time linear in the text.
Result<SecretBytes> expand(std::string_view text, std::string_view source,
                           const Resolver& resolver);

}  // namespace coffer::tools
