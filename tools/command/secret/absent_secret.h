// What an error says of a path where no secret is: that it is a folder, if it is one, and what to
// do about that.
#pragma once

#include <coffer/store.h>

#include <string_view>
#include <utility>

#include "tools/command/secret/target.h"

namespace coffer::tools {

inline constexpr Literal kLookIntoFolder("`coffer list PATH` names what is in it");

/// `error` as it is, or, where `path` is a folder and no secret, one that says so, with `hint`.
/// Tells no more than the caller may list.
Error absent_secret(Store& store, Error error, std::string_view path, Literal hint);
/// The same of a read of the newest version.
Error absent_secret(const Snapshot& store, Error error, std::string_view path, Literal hint);

/// As about_secret(result, path); and of a folder it says that it is one.
template <typename T>
Result<T> about_secret(Store& store, Result<T> result, std::string_view path,
                       Literal hint = kLookIntoFolder) {
  if (result) return result;
  Result<T> told = about_secret(std::move(result), path);
  if (told.error().code() != ErrorCode::not_found) return told;
  return absent_secret(store, std::move(told).error(), path, hint);
}

}  // namespace coffer::tools
