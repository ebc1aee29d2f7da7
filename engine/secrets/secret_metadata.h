// A secret's settings and metadata: checks a change and applies it.
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
/// Errors: conflict (metadata_cas is not `revision`, the current one).
Result<void> check_metadata_cas(const MetadataChange& change, std::uint64_t revision);
/// Applies a checked change. check_outcome() then counts the custom entries.
void apply_change(const MetadataChange& change, Metadata& metadata);
/// Notes who vouches for owner and tags after a change: see Transaction::marks_are_by.
void settle_marks(const MetadataChange& change, const Metadata& before,
                  const std::optional<std::string>& marks_by, Metadata& metadata);
/// Notes that `marks_by` moved or copied a secret with its owner and tags.
void carry_marks(const std::optional<std::string>& marks_by, Metadata& metadata);
/// Call when `user` puts a value. Returns true if owner and tags are doubted from now on.
bool doubt_marks(std::string_view user, Metadata& metadata);
/// Errors: limit (too many custom entries after a patch).
Result<void> check_outcome(const Metadata& metadata);

/// Whether a secret may be made under this name. Errors: usage.
Result<void> check_new_name(const format::Settings& settings, std::string_view path);

/// Checks a value as far as possible without the secret's present state: its size, the secret's
/// name, the names of its fields. Errors: limit, usage.
Result<void> check_value(std::string_view path, const Value& value, bool managed,
                         const format::Settings& settings);

/// The time at which a version written or undeleted now is soft-deleted; 0: never.
std::int64_t deletion_time(const format::Settings& settings,
                           const std::optional<format::Head>& head, std::int64_t now_ms);

}  // namespace coffer::secrets
