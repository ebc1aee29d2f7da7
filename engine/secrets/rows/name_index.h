// The names: which secrets and folders stand in a folder, which documents in a list.
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
/// How many names stand in a folder; 0: there is no such folder. Errors: corrupt.
Result<std::uint64_t> names_in(const Reading& reading, std::string_view folder);
/// What counts the documents of a kind that have a name.
Count count_of_names(DocumentKind kind);
using ChildVisit = std::function<Result<bool>(const format::Name&, const format::PathHash&)>;
/// Runs `visit` over the children of a folder's or list's hash, in no order that means anything,
/// until it answers false. Errors: corrupt (at the end there was another number of them than
/// `expected`), those of `visit`.
Result<void> each_child(const Reading& reading, const format::PathHash& folder,
                        std::uint64_t expected, const ChildVisit& visit);

/// Adds the secret's name, and that of each folder above it that is not there yet.
/// `created_at_ms` 0: now. `head_revision`: for a secret that has no version.
Result<void> add_secret_name(Writing& writing, std::string_view path,
                             std::int64_t created_at_ms = 0, std::uint32_t head_revision = 0);
Result<void> remove_secret_name(Writing& writing, std::string_view path);
/// Tells the name of a secret that is there the revision of its head; 0: it has a version.
Result<void> tell_name(Writing& writing, std::string_view path, std::uint32_t head_revision);
Result<void> put_name(Writing& writing, const format::PairKey& key, const format::Name& name);

}  // namespace coffer::secrets
