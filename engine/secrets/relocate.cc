// Moves or copies a secret with all its versions to another path. The hash and the seal bind a
// version to its path, so each version is opened and sealed again.
//
// A move destroys nothing, because the values live on. But the old place's key must not outlive
// them, so the bucket of the old place is marked, as after a removal: the next shredding gives it a
// new key. Destroying the value at its new place is such a shredding.
#include <algorithm>

#include "format/name_rule.h"
#include "format/names.h"
#include "format/value_access.h"
#include "secrets/rows/heads.h"
#include "secrets/rows/name_index.h"
#include "secrets/rows/time_index.h"
#include "secrets/rows/versions.h"
#include "secrets/scope.h"
#include "secrets/secret_metadata.h"

namespace coffer::secrets {
namespace {

using storage::Table;

// The source or the target.
struct Place {
  Place(const Reading& reading, std::string_view at)
      : path(at),
        context(reading.cipher().store(), format::Kind::secret, at),
        hash(reading.cipher().hash(context)) {}
  std::string_view path;
  format::ValueContext context;
  format::PathHash hash;
};

Result<void> check_target(const View& view, const Reading& reading, std::string_view to) {
  COFFER_TRY(format::check_path(to));
  COFFER_TRY(check_new_name(*COFFER_TRY(reading.settings()), to));
  if (COFFER_TRY(view.exists(to)))
    return Error(ErrorCode::conflict, "there is a secret of that name already; nothing was changed",
                 Advice::remove_other_secret)
        .about(Subject::Kind::path, to);
  return {};
}

Result<void> check_source(const View& view, const Reading& reading, const Place& from,
                          bool is_moved) {
  const auto head = COFFER_TRY(head_of(reading, from.hash, from.path));
  if (head && head->metadata.managed)
    return Error(ErrorCode::in_use, "this secret belongs to a config; nothing was changed",
                 "configs name their secrets themselves")
        .about(Subject::Kind::path, from.path);
  if (is_moved && !COFFER_TRY(view.references_to(from.path)).empty())
    return Error(ErrorCode::in_use, "something refers to this secret; nothing was changed",
                 Advice::see_users_or_copy)
        .about(Subject::Kind::path, from.path);
  return {};
}

Result<std::vector<KeptVersion>> versions_of(const Reading& reading, const Place& place) {
  std::vector<KeptVersion> versions;
  COFFER_TRY(reading.each_version(place.hash, 0, [&](const Located& located) -> Result<bool> {
    COFFER_TRY(reading.authenticate(place.hash, located));
    versions.push_back({located.version, located.record.header});
    return true;
  }));
  return versions;
}

// The value limit at the target applies to every version.
Result<void> check_sizes(const Reading& reading, const Place& from, const Place& to) {
  const std::uint64_t bytes_max =
      scope_of(*COFFER_TRY(reading.settings()), to.path).value_bytes_max;
  return reading.each_version(from.hash, 0, [&](const Located& located) -> Result<bool> {
    // The sealed value is one byte longer than the value: its form.
    if (located.record.sealed_bytes() > bytes_max + 1)
      return Error(ErrorCode::limit, "a version is larger than the limit at the new path",
                   "raise the limit, or destroy the version first")
          .with_number(located.version);
    return true;
  });
}

// The naming rules at the target apply to the field names of every version.
Result<void> check_fields(const Reading& reading, Place& from, const Place& to) {
  const format::Settings& settings = *COFFER_TRY(reading.settings());
  if (format::allows_any(*scope_of(settings, to.path).names)) return {};
  return reading.each_version(from.hash, 0, [&](const Located& located) -> Result<bool> {
    if (located.record.header.is_destroyed()) return true;
    Located whole = located;
    COFFER_TRY(reading.fetch_value(from.hash, whole));
    const WrappingKey opener = COFFER_TRY(reading.wrapping_key(from.hash));
    Cipher::Opened opened = COFFER_TRY(reading.cipher().open_version(
        from.context, from.hash, whole.version, whole.record, opener));
    const auto form = static_cast<Value::Form>(opened.form);
    const Value value = ValueAccess::make(form, std::move(opened.value));
    COFFER_TRY(check_value(to.path, value, false, settings));
    return true;
  });
}

Result<void> carry_version(Writing& writing, Place& from, Place& to, const KeptVersion& kept) {
  format::VersionHeader header = kept.header;
  header.unreachable_at_ms = 0;
  Cipher::Sealed sealed;
  if (header.is_destroyed()) {
    sealed.record = writing.cipher().tombstone(to.hash, kept.version, header);
  } else {
    auto located = COFFER_TRY(writing.find(from.hash, kept.version));
    if (!located) return no_such_version(kept.version);
    COFFER_TRY(writing.fetch_value(from.hash, *located));
    const WrappingKey opener = COFFER_TRY(writing.wrapping_key(from.hash));
    const Cipher::Opened opened = COFFER_TRY(writing.cipher().open_version(
        from.context, from.hash, kept.version, located->record, opener));
    const WrappingKey wrapper = COFFER_TRY(writing.sealing_key(to.hash));
    sealed = writing.cipher().seal_version(to.context, to.hash, kept.version, header, wrapper,
                                           opened.value.bytes(), opened.form);
    header.value_tag = COFFER_TRY(format::decode_version(sealed.record)).header.value_tag;
    if (header.expires_at_ms != 0)
      COFFER_TRY(add_due(writing, to.hash, kept.version, header.expires_at_ms, Pending::Why::expiry,
                         to.path));
  }
  return writing.put_version(to.hash, kept.version, sealed, header);
}

Result<void> remove_source(Writing& writing, const Place& from,
                           const std::vector<KeptVersion>& versions, bool has_head) {
  for (const KeptVersion& kept : versions) {
    COFFER_TRY(remove_all_due(writing, from.hash, kept.version, kept.header));
    COFFER_TRY(writing.remove_version(from.hash, kept.version, kept.header));
  }
  if (has_head) COFFER_TRY(writing.remove_small(Table::history, format::history_key(from.hash, 0)));
  COFFER_TRY(writing.decrease(Count::secrets));
  return remove_secret_name(writing, from.path);
}

}  // namespace

Result<void> Transaction::move(std::string_view from, std::string_view to) {
  return relocate(format::Action::move, from, to);
}

Result<void> Transaction::copy(std::string_view from, std::string_view to) {
  return relocate(format::Action::copy, from, to);
}

Result<void> Transaction::relocate(format::Action action, std::string_view from_path,
                                   std::string_view to_path) {
  Writing& writing = *writing_;
  const bool is_moved = action == format::Action::move;
  COFFER_TRY(format::check_path(from_path));
  writing.notes().attempt(action, from_path);
  const auto name = COFFER_TRY(find_name(writing, from_path));
  if (!name)
    return absent(writing, writing.cipher().hash(format::Kind::secret, from_path), from_path, 0);
  COFFER_TRY(check_target(*this, writing, to_path));
  Place from(writing, from_path);
  Place to(writing, to_path);
  COFFER_TRY(check_source(*this, writing, from, is_moved));
  COFFER_TRY(check_sizes(writing, from, to));
  COFFER_TRY(check_fields(writing, from, to));
  const std::vector<KeptVersion> versions = COFFER_TRY(versions_of(writing, from));
  auto head = COFFER_TRY(head_of(writing, from.hash, from_path));

  for (const KeptVersion& kept : versions) COFFER_TRY(carry_version(writing, from, to, kept));
  if (head) {
    head->path = to_path;
    carry_marks(marks_by_, head->metadata);
    COFFER_TRY(writing.put_small(Table::history, format::history_key(to.hash, 0),
                                 format::Domain::head, format::encode_head(*head).bytes()));
  }
  const bool is_bare = versions.empty() && head.has_value();
  COFFER_TRY(add_secret_name(writing, to_path, name->created_at_ms,
                             is_bare ? static_cast<std::uint32_t>(head->metadata.revision) : 0));
  writing.increase(Count::secrets);
  if (is_moved) COFFER_TRY(remove_source(writing, from, versions, head.has_value()));
  const std::uint64_t current = versions.empty() ? 0 : versions.front().version;
  // The audit log has an item for both paths: one for the old path (no version), one for the new.
  if (is_moved) writing.notes().note(action, from_path);
  writing.notes().note(action, to_path, current);
  return {};
}

}  // namespace coffer::secrets
