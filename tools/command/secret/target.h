// Parses PATH, COORDINATE or URI on the command line.
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
/// For verbs that act on versions: refuses a field.
Result<Target> parse_versioned(std::string_view text);
/// For verbs that act on a whole secret: refuses a version or field.
Result<std::string> parse_whole(std::string_view text);

/// Checks that a prefix names a folder. An empty word usually comes from an unset shell variable,
/// so it is never taken for the whole store. Errors: usage.
Result<void> check_names_folder(std::string_view prefix, Literal hint);
inline constexpr Literal kFolderOrEverything(
    "name a folder, or leave the prefix out to mean everything");

/// Refuses to act on only a part of a folder. `hides` is what hides() of the snapshot or
/// transaction returned for the prefix. Errors: denied (the policy hides a part from the caller),
/// and those of `hides`.
Result<void> check_sees_all(const Result<bool>& hides, std::string_view prefix);

/// Whether a read failed because the secret does not exist or its time is over. False if a clock
/// that runs behind is the cause: such a secret lives and must not be overwritten or left out.
bool is_gone(const Error& error);

/// The error about `path`. If no secret has this path and it holds # or ?, the hint says how to
/// write a field or version.
Error about_absent(Error error, std::string_view path);

/// Adds the path that was asked for to an error without a subject.
template <typename T>
Result<T> about_secret(Result<T> result, std::string_view path) {
  if (result || result.error().subject() != nullptr) return result;
  return about_absent(std::move(result).error(), path);
}

}  // namespace coffer::tools
