// Explains an error about a path without a secret: if the path is a folder, the error says so and
// how to go on.
#pragma once

#include <coffer/store.h>

#include <string_view>
#include <utility>

#include "tools/command/secret/target.h"

namespace coffer::tools {

inline constexpr Literal kLookIntoFolder("`coffer list PATH` names what is in it");

/// Returns `error`; or, if `path` is a folder and not a secret, an error that says so, with `hint`.
/// Reveals nothing that the caller may not list.
Error absent_secret(Store& store, Error error, std::string_view path, Literal hint);
/// The same for a read of the newest version from a snapshot.
Error absent_secret(const Snapshot& store, Error error, std::string_view path, Literal hint);

/// Like about_secret(result, path), and says so if the path is a folder.
template <typename T>
Result<T> about_secret(Store& store, Result<T> result, std::string_view path,
                       Literal hint = kLookIntoFolder) {
  if (result) return result;
  Result<T> told = about_secret(std::move(result), path);
  if (told.error().code() != ErrorCode::not_found) return told;
  return absent_secret(store, std::move(told).error(), path, hint);
}

}  // namespace coffer::tools
