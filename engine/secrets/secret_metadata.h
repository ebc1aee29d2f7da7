// A secret's settings and metadata: what may stand there, and how a change is applied.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>
#include <coffer/value.h>

#include <optional>
#include <string_view>

#include "format/records.h"

namespace coffer::secrets {

bool is_nothing(const MetadataChange& change);
/// Errors: usage (unknown kind, unprintable text, a tag twice), limit.
Result<void> check_change(const MetadataChange& change);
/// Errors: conflict (metadata_cas is not `revision`, the one that is there).
Result<void> check_metadata_cas(const MetadataChange& change, std::uint64_t revision);
/// Of a change that was checked; its custom entries are counted by check_outcome.
void apply_change(const MetadataChange& change, Metadata& metadata);
/// Who is answerable for owner and tags after a change: see Transaction::marks_are_by.
void settle_marks(const MetadataChange& change, const Metadata& before,
                  const std::optional<std::string>& marks_by, Metadata& metadata);
/// Of a secret that comes to another place with them, by `marks_by`.
void carry_marks(const std::optional<std::string>& marks_by, Metadata& metadata);
/// `user` puts a value. True: owner and tags are doubted from now on.
bool doubt_marks(std::string_view user, Metadata& metadata);
/// Errors: limit (too many custom entries after a patch of them).
Result<void> check_outcome(const Metadata& metadata);

/// Whether a secret may be made under this name. Errors: usage.
Result<void> check_new_name(const format::Settings& settings, std::string_view path);

/// What may be said of a value before it is known what it is put upon: its size, its secret's
/// name, its fields' names. Errors: limit, usage.
Result<void> check_value(std::string_view path, const Value& value, bool managed,
                         const format::Settings& settings);

/// When a version that is written, or undeleted, now is to be soft-deleted; 0: never.
std::int64_t deletion_time(const format::Settings& settings,
                           const std::optional<format::Head>& head, std::int64_t now_ms);

}  // namespace coffer::secrets
