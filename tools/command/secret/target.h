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

/// A prefix must name a folder: an empty word is what a shell makes of a variable that is not set,
/// and is never taken for the whole store. Errors: usage.
Result<void> check_names_folder(std::string_view prefix, Literal hint);
inline constexpr Literal kFolderOrEverything(
    "name one, or leave the prefix away where everything is meant");

/// What goes as a whole goes whole: `hides` is Snapshot's or Transaction's of that prefix.
/// Errors: denied (the policy keeps some of it from the caller), and those of `hides`.
Result<void> check_sees_all(const Result<bool>& hides, std::string_view prefix);

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
