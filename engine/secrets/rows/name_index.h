// The names: the secrets and folders in each folder, and the documents in each list.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

/// The name of a secret. Errors: corrupt.
Result<std::optional<format::Name>> find_name(const Reading& reading, std::string_view path);
/// How many names a folder has; 0: the folder does not exist. Errors: corrupt.
Result<std::uint64_t> names_in(const Reading& reading, std::string_view folder);
/// The counter for the names of documents of a kind.
Count count_of_names(DocumentKind kind);
using ChildVisit = std::function<Result<bool>(const format::Name&, const format::PathHash&)>;
/// Calls `visit` for the children of a folder's or list's hash, in no useful order, until it
/// returns false. Errors: corrupt (there are not `expected` children), those of `visit`.
Result<void> each_child(const Reading& reading, const format::PathHash& folder,
                        std::uint64_t expected, const ChildVisit& visit);

/// Adds the names of the secret and of each missing folder above it. `created_at_ms` 0: now.
/// `head_revision`: for a secret without versions, else 0.
Result<void> add_secret_name(Writing& writing, std::string_view path,
                             std::int64_t created_at_ms = 0, std::uint32_t head_revision = 0);
Result<void> remove_secret_name(Writing& writing, std::string_view path);
/// Puts the head's revision into the name of an existing secret; 0: the secret has a version.
Result<void> tell_name(Writing& writing, std::string_view path, std::uint32_t head_revision);
Result<void> put_name(Writing& writing, const format::PairKey& key, const format::Name& name);

}  // namespace coffer::secrets
