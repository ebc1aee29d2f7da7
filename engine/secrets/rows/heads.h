// A secret's head: the row with version 0, which holds its settings and metadata. The newest
// version names the head's right revision; if there is no version, the secret's name does.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

/// The head that the newest version, or the secret's name, names. `newest` is the answer of
/// find(hash, 0). Errors: corrupt (the head is missing or has another revision or path; the
/// versions are missing).
Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path,
                                            const std::optional<Located>& newest);
Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path);
/// The metadata of the secret with this name and newest version. Errors: corrupt.
Result<Metadata> metadata_of(const Reading& reading, std::string_view path,
                             const format::PathHash& hash, const format::Name& name,
                             const std::optional<Located>& newest);

/// Writes the head under its next revision, and returns the revision, which the caller must put
/// into the newest version or the name. Errors: limit (changed too often), corrupt, io.
Result<std::uint32_t> write_head(Writing& writing, const format::PathHash& hash,
                                 const format::Head& head);
/// write_head() for an existing secret: also puts the revision into the newest version or the name.
Result<void> put_head(Writing& writing, const format::PathHash& hash, const format::Head& head);

}  // namespace coffer::secrets
