// PATH, COORDINATE or URI as a word of the command line.
#pragma once

#include <coffer/result.h>

#include <string>
#include <string_view>
#include <utility>

#include "format/names.h"

namespace coffer::tools {

using Target = format::SecretUri;

/// Errors: usage, limit.
Result<Target> parse_target(std::string_view text);
/// For verbs that act on versions: a field there is refused.
Result<Target> parse_versioned(std::string_view text);
/// For verbs that act on a secret as a whole: a version or field there is refused.
Result<std::string> parse_whole(std::string_view text);

/// Why a read finds nothing that could be shown: it never was, or its time is over. Not where
/// that is only the clock's fault: what lives may not be written over, or left out.
bool is_gone(const Error& error);

/// The error about `path`. Where that is no secret and has # or ? in it, the hint tells how a field
/// or version is written.
Error about_absent(Error error, std::string_view path);

/// Lets an error that names nothing name the secret that was asked for.
template <typename T>
Result<T> about_secret(Result<T> result, std::string_view path) {
  if (result || result.error().subject() != nullptr) return result;
  return about_absent(std::move(result).error(), path);
}

}  // namespace coffer::tools
