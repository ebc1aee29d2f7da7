#include "secrets/secret_metadata.h"

#include <algorithm>
#include <set>

#include "format/name_rule.h"
#include "format/names.h"
#include "secrets/kinds.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/versions.h"
#include "secrets/scope.h"
#include "text/printable.h"

namespace coffer::secrets {
namespace {

constexpr std::int64_t kDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

bool is_printable(std::string_view text) {
  return utf8::is_valid(text) && !utf8::has_control_character(text);
}

Error not_printable() {
  return {ErrorCode::usage, "metadata must be plain text",
          "use valid UTF-8 without control characters or line ends; put other data as a secret"};
}

Result<void> check_text(const std::optional<std::string>& text, std::size_t bytes_max) {
  if (!text) return {};
  if (text->size() > bytes_max)
    return Error(ErrorCode::limit, "a metadata text has too many bytes")
        .with_size(text->size(), bytes_max);
  if (!is_printable(*text)) return not_printable();
  return {};
}

Result<void> check_tags(const std::vector<std::string>& tags) {
  if (tags.size() > format::kTagsMax)
    return Error(ErrorCode::limit, "too many tags").with_size(tags.size(), format::kTagsMax);
  std::set<std::string_view> seen;
  for (const std::string& tag : tags) {
    if (tag.empty() || tag.size() > format::kTagBytesMax)
      return Error(ErrorCode::limit, "a tag is empty or too long")
          .with_size(tag.size(), format::kTagBytesMax);
    if (!is_printable(tag)) return not_printable();
    if (!seen.insert(tag).second)
      return Error(ErrorCode::usage, "a tag is given twice").about(Subject::Kind::name, tag);
  }
  return {};
}

Result<void> check_custom_key(std::string_view key) {
  if (key.empty() || key.size() > format::kCustomKeyBytesMax)
    return text::about_if_printable(
        Error(ErrorCode::limit, "a custom metadata key is empty or too long")
            .with_size(key.size(), format::kCustomKeyBytesMax),
        Subject::Kind::name, key);
  if (!is_printable(key)) return not_printable();
  return {};
}

Result<void> check_custom_entry(std::string_view key, std::string_view value) {
  COFFER_TRY(check_custom_key(key));
  if (value.empty() || value.size() > format::kCustomValueBytesMax)
    return Error(ErrorCode::limit, "a custom metadata value is empty or too long")
        .with_size(value.size(), format::kCustomValueBytesMax)
        .about(Subject::Kind::name, key);
  if (!is_printable(value)) return not_printable().about(Subject::Kind::name, key);
  return {};
}

Result<void> check_entry_count(std::size_t count) {
  if (count > format::kCustomEntriesMax)
    return Error(ErrorCode::limit, "too many custom metadata entries")
        .with_size(count, format::kCustomEntriesMax);
  return {};
}

}  // namespace

bool is_nothing(const MetadataChange& change) {
  return !change.max_versions && !change.cas_required && !change.delete_version_after_ms &&
         !change.kind && !change.description && !change.owner && !change.tags && !change.custom &&
         change.custom_patch.empty();
}

Result<void> check_change(const MetadataChange& change) {
  if (change.kind) COFFER_TRY(check_kind(*change.kind));
  COFFER_TRY(check_text(change.description, format::kDescriptionBytesMax));
  COFFER_TRY(check_text(change.owner, format::kOwnerBytesMax));
  COFFER_TRY(check_text(change.marked_by, format::kAuditActorBytesMax));
  if (change.tags) COFFER_TRY(check_tags(*change.tags));
  if (change.delete_version_after_ms.value_or(0) < 0)
    return Error(ErrorCode::usage, "delete_version_after is negative", "0 clears it");
  if (change.delete_version_after_ms.value_or(0) > kDurationMaxMs)
    return Error(ErrorCode::limit, "delete_version_after is longer than 1,000 years");
  if (change.custom) {
    COFFER_TRY(check_entry_count(change.custom->size()));
    for (const auto& [key, value] : *change.custom) COFFER_TRY(check_custom_entry(key, value));
  }
  for (const auto& [key, value] : change.custom_patch)
    COFFER_TRY(value ? check_custom_entry(key, *value) : check_custom_key(key));
  return {};
}

Result<void> check_metadata_cas(const MetadataChange& change, std::uint64_t revision) {
  if (!change.metadata_cas || *change.metadata_cas == revision) return {};
  return Error(ErrorCode::conflict, "the metadata has another revision; nothing was changed",
               "read it again, then change it with its revision")
      .with_number(revision);
}

void apply_change(const MetadataChange& change, Metadata& metadata) {
  if (change.max_versions) metadata.max_versions = *change.max_versions;
  if (change.cas_required) metadata.cas_required = *change.cas_required;
  if (change.delete_version_after_ms)
    metadata.delete_version_after_ms = *change.delete_version_after_ms;
  if (change.kind) metadata.kind = *change.kind;
  if (change.description) metadata.description = *change.description;
  if (change.owner) metadata.owner = *change.owner;
  if (change.tags) metadata.tags = *change.tags;
  if (change.custom) metadata.custom = *change.custom;
  for (const auto& [key, value] : change.custom_patch) {
    if (value) {
      metadata.custom[key] = *value;
    } else {
      metadata.custom.erase(key);
    }
  }
}

// A user who repeats the present owner and tags vouches for them only as an administrator.
void settle_marks(const MetadataChange& change, const Metadata& before,
                  const std::optional<std::string>& marks_by, Metadata& metadata) {
  if (!change.owner && !change.tags) return;
  const bool same = before.owner == metadata.owner && before.tags == metadata.tags;
  if (same && marks_by) return;
  // An administrator who imports keeps the given maker and doubt, and otherwise vouches for them.
  metadata.marked_by = marks_by ? *marks_by : change.marked_by.value_or("");
  metadata.marks_doubted = change.marks_doubted.value_or(false);
  // A user without a name cannot be distinguished from others who put a value.
  if (marks_by && marks_by->empty()) metadata.marks_doubted = true;
  if (metadata.owner.empty() && metadata.tags.empty()) metadata.marks_doubted = false;
}

void carry_marks(const std::optional<std::string>& marks_by, Metadata& metadata) {
  if (!marks_by || (metadata.owner.empty() && metadata.tags.empty())) return;
  if (metadata.marked_by.empty()) metadata.marked_by = *marks_by;
  if (metadata.marked_by.empty()) metadata.marks_doubted = true;
}

bool doubt_marks(std::string_view user, Metadata& metadata) {
  if (metadata.marked_by.empty() || metadata.marked_by == user || metadata.marks_doubted)
    return false;
  metadata.marks_doubted = true;
  return true;
}

Result<void> check_outcome(const Metadata& metadata) {
  return check_entry_count(metadata.custom.size());
}

Result<void> check_new_name(const format::Settings& settings, std::string_view path) {
  if (format::parse_coordinate(path))
    return Error(ErrorCode::usage, "this path looks like a coordinate, so nothing could find it",
                 "leave out the _v and number at its end")
        .about(Subject::Kind::path, path);
  const Scope scope = scope_of(settings, path);
  return format::check_components(scope.names->components, scope.below);
}

Result<void> Transaction::put_metadata(std::string_view path, const MetadataChange& change) {
  return change_metadata(path, change, false);
}

Result<void> Transaction::patch_metadata(std::string_view path, const MetadataChange& change) {
  return change_metadata(path, change, true);
}

Result<void> Transaction::change_metadata(std::string_view path, const MetadataChange& change,
                                          bool must_exist) {
  Writing& writing = *writing_;
  COFFER_TRY(format::check_path(path));
  writing.notes().attempt(format::Action::metadata, path);
  COFFER_TRY(check_change(change));
  const format::PathHash hash = writing.cipher().hash(format::Kind::secret, path);
  const auto newest_before = COFFER_TRY(writing.find(hash, 0));
  auto head = COFFER_TRY(head_of(writing, hash, path, newest_before));
  const bool is_new = !head && !newest_before;
  if (is_new && must_exist) return no_such_secret();
  if (is_new) COFFER_TRY(check_new_name(*COFFER_TRY(writing.settings()), path));
  if (!head) head = format::Head{std::string(path), {}};
  if (head->metadata.managed)
    return Error(ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                 Advice::put_config)
        .about(Subject::Kind::path, path);
  if (change.metadata_cas && *change.metadata_cas != head->metadata.revision)
    return Error(ErrorCode::conflict, "the metadata has another revision; nothing was changed",
                 "read it again, then change it with its revision")
        .with_number(head->metadata.revision);
  if (is_nothing(change)) return writing.notes().done();
  const Metadata before = head->metadata;
  apply_change(change, head->metadata);
  settle_marks(change, before, marks_by_, head->metadata);
  COFFER_TRY(check_outcome(head->metadata));
  // Check that the newest value fits the kind, if it can still be read.
  if (change.kind) {
    const auto newest = get(path, 0);
    if (newest) COFFER_TRY(check_value_of_kind(head->metadata.kind, newest->value));
    if (!newest && newest.error().code() == ErrorCode::corrupt) return newest.error();
  }

  if (is_new) {
    COFFER_TRY(add_secret_name(writing, path));
    writing.increase(Count::secrets);
  }
  COFFER_TRY(put_head(writing, hash, *head));
  writing.notes().note(format::Action::metadata, path);
  return {};
}

void Transaction::marks_are_by(std::optional<std::string> user) { marks_by_ = std::move(user); }

Result<void> Transaction::drop_custom(std::string_view path, std::string_view key) {
  Writing& writing = *writing_;
  const format::PathHash hash = writing.cipher().hash(format::Kind::secret, path);
  auto head = COFFER_TRY(head_of(writing, hash, path));
  if (!head) return COFFER_TRY(writing.find(hash, 0)) ? Result<void>() : no_such_secret();
  if (head->metadata.custom.erase(std::string(key)) == 0) return {};
  return put_head(writing, hash, *head);
}

}  // namespace coffer::secrets
