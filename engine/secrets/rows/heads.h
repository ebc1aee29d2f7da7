// A secret's head: the row before its versions, with its settings and metadata. The newest version,
// or, if there is none, the secret's name says which revision of it is right.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "secrets/rows/versions.h"

namespace coffer::secrets {

/// The head that the newest version names, or the secret's name. `newest`: what find(hash, 0)
/// answered. Errors: corrupt (the head is not there, of another revision or of another path; a
/// secret that has versions has lost them).
Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path,
                                            const std::optional<Located>& newest);
Result<std::optional<format::Head>> head_of(const Reading& reading, const format::PathHash& hash,
                                            std::string_view path);
/// For the secret that has this name and newest version. Errors: corrupt.
Result<Metadata> metadata_of(const Reading& reading, std::string_view path,
                             const format::PathHash& hash, const format::Name& name,
                             const std::optional<Located>& newest);

/// Writes the head with its next revision, and answers that: the newest version, or the name, has
/// still to name it. Errors: limit (changed too often), corrupt, io.
Result<std::uint32_t> write_head(Writing& writing, const format::PathHash& hash,
                                 const format::Head& head);
/// write_head() for a secret that is there; its newest version, or its name, names the revision.
Result<void> put_head(Writing& writing, const format::PathHash& hash, const format::Head& head);

}  // namespace coffer::secrets
