#include "configs/config_store.h"

#include <utility>

#include "base/check.h"
#include "configs/spec/spec_cache.h"

namespace coffer::configs {
namespace {

using secrets::DocumentKind;
using secrets::Reference;

constexpr std::string_view kCheckPrefix =
    "\x01"
    "check/";
constexpr std::string_view kStagePrefix =
    "\x01"
    "stage/";
constexpr std::string_view kSpecPrefix =
    "\x01"
    "spec/";

std::string check_id(std::string_view id) { return std::string(kCheckPrefix) + std::string(id); }
std::string stage_id(std::string_view id) { return std::string(kStagePrefix) + std::string(id); }

// A note is entered in the time index, so that a sweep need not search all configs for it.
Result<void> put_note(secrets::Transaction& transaction, const std::string& name,
                      std::uint64_t revision, const ConfigRecord& record) {
  COFFER_CHECK(is_note_id(name) && revision != 0);
  COFFER_TRY(transaction.put_document(DocumentKind::config, name, revision,
                                      encode_config(record).bytes()));
  return transaction.set_document_due(DocumentKind::config, name, record.expires_at_ms);
}

Result<void> set_undue(secrets::Transaction& transaction, const std::string& name,
                       const ConfigRecord& record) {
  return transaction.clear_document_due(DocumentKind::config, name, record.expires_at_ms);
}

Result<void> remove_note(secrets::Transaction& transaction, const std::string& name,
                         const ConfigRecord& record) {
  COFFER_CHECK(is_note_id(name));
  COFFER_TRY(set_undue(transaction, name, record));
  return transaction.remove_document(DocumentKind::config, name);
}

Error no_such_config(std::string_view id) {
  return Error(ErrorCode::not_found, "no such config", Advice::see_configs)
      .about(Subject::Kind::name, id);
}

}  // namespace

Reference reference_to_spec(std::string_view id, const std::string& spec_id) {
  return {std::string(kSpecPrefix) + spec_id, 0, "config", std::string(id)};
}

Result<std::optional<LoadedConfig>> find_config(const secrets::View& view, std::string_view id) {
  auto document = COFFER_TRY(view.find_document(DocumentKind::config, id));
  if (!document) return std::optional<LoadedConfig>();
  LoadedConfig loaded;
  loaded.record = COFFER_TRY(decode_config(document->body.bytes()));
  loaded.revision = document->revision;
  loaded.updated_at_ms = document->created_at_ms;
  return std::optional(std::move(loaded));
}

Result<LoadedConfig> load_config(const secrets::View& view, std::string_view id) {
  auto found = COFFER_TRY(find_config(view, id));
  if (!found) return no_such_config(id);
  return std::move(*found);
}

Result<std::shared_ptr<const Spec>> load_spec(const secrets::View& view,
                                              const ConfigRecord& record) {
  if (auto known = spec_known_as(record.spec_id)) return known;
  const auto document = COFFER_TRY(view.find_document(DocumentKind::spec, record.spec_id));
  if (!document) return Error(ErrorCode::corrupt, "a config's spec is missing");
  auto spec = compiled_spec(document->body.text());
  if (!spec.ok()) return Error(ErrorCode::corrupt, "a stored spec does not compile");
  know_spec_as(record.spec_id, *spec);
  return spec;
}

Result<std::string> keep_spec(secrets::Transaction& transaction, std::string_view id,
                              std::string_view text) {
  const std::string spec_id = transaction.content_id(as_bytes(text));
  if (!COFFER_TRY(transaction.find_document(DocumentKind::spec, spec_id))) {
    COFFER_TRY(transaction.put_document(DocumentKind::spec, spec_id, 1, as_bytes(text)));
  }
  COFFER_CHECK(!spec_id.empty());
  COFFER_TRY(transaction.add_reference(reference_to_spec(id, spec_id)));
  return spec_id;
}

Result<void> release_spec(secrets::Transaction& transaction, std::string_view id,
                          const std::string& spec_id) {
  COFFER_CHECK(!spec_id.empty());
  const Reference reference = reference_to_spec(id, spec_id);
  COFFER_TRY(transaction.remove_reference(reference));
  if (!COFFER_TRY(transaction.references_to(reference.target)).empty()) return {};
  return transaction.remove_document(DocumentKind::spec, spec_id);
}

Result<std::optional<ConfigRecord>> find_check(const secrets::View& view, std::string_view id) {
  auto found = COFFER_TRY(find_config(view, check_id(id)));
  if (!found || found->record.expires_at_ms <= view.now_ms()) return std::optional<ConfigRecord>();
  return std::optional(std::move(found->record));
}

Result<std::map<std::string, std::string>> ids_of_checks(const secrets::View& view) {
  std::map<std::string, std::string> ids;
  for (const std::string& name : COFFER_TRY(view.list_documents(DocumentKind::config))) {
    if (!name.starts_with(kCheckPrefix)) continue;
    const std::string id = name.substr(kCheckPrefix.size());
    const auto check = COFFER_TRY(find_check(view, id));
    if (!check) continue;
    for (const StoredPlace& place : check->places) ids.emplace(place.coordinate, id);
  }
  return ids;
}

Result<void> keep_check(secrets::Transaction& transaction, std::string_view id,
                        const ConfigRecord& record) {
  COFFER_CHECK(record.expires_at_ms != 0 && record.spec_id.empty());
  const std::string name = check_id(id);
  const auto before = COFFER_TRY(find_config(transaction, name));
  const std::uint64_t revision = before ? before->revision + 1 : 1;
  if (before) COFFER_TRY(set_undue(transaction, name, before->record));
  return put_note(transaction, name, revision, record);
}

Result<void> forget_check(secrets::Transaction& transaction, std::string_view id) {
  const std::string name = check_id(id);
  const auto found = COFFER_TRY(find_config(transaction, name));
  if (!found) return {};
  return remove_note(transaction, name, found->record);
}

Result<std::optional<ConfigRecord>> find_stage(const secrets::View& view, std::string_view stage) {
  auto found = COFFER_TRY(find_config(view, stage_id(stage)));
  if (!found) return std::optional<ConfigRecord>();
  return std::optional(std::move(found->record));
}

Result<void> keep_stage(secrets::Transaction& transaction, std::string_view stage,
                        ConfigRecord& record, std::string_view spec_text) {
  const std::string name = stage_id(stage);
  COFFER_CHECK(record.expires_at_ms != 0 && !record.config_id.empty());
  record.spec_id = COFFER_TRY(keep_spec(transaction, name, spec_text));
  return put_note(transaction, name, 1, record);
}

Result<void> forget_stage(secrets::Transaction& transaction, std::string_view stage,
                          const ConfigRecord& record) {
  const std::string name = stage_id(stage);
  COFFER_TRY(release_spec(transaction, name, record.spec_id));
  return remove_note(transaction, name, record);
}

Result<void> sweep_notes(secrets::Transaction& transaction) {
  constexpr std::size_t kAtOnce = 4096;
  COFFER_TRY(forget_expired_notes(transaction, kAtOnce));
  return {};
}

Result<std::size_t> forget_expired_notes(secrets::Transaction& transaction, std::size_t limit) {
  const auto due =
      COFFER_TRY(transaction.due(secrets::Pending::Why::note, transaction.now_ms(), limit));
  for (const secrets::Pending& each : due) {
    const auto found = COFFER_TRY(find_config(transaction, each.path));
    if (found && found->record.expires_at_ms == each.due_at_ms) {
      COFFER_TRY(forget_note(transaction, each.path, found->record));
    } else {
      // An older engine moved the note's expiry or removed the note without updating the index.
      COFFER_TRY(transaction.clear_document_due(DocumentKind::config, each.path, each.due_at_ms));
    }
  }
  return due.size();
}

Result<void> forget_note(secrets::Transaction& transaction, const std::string& name,
                         const ConfigRecord& record) {
  if (!record.spec_id.empty()) COFFER_TRY(release_spec(transaction, name, record.spec_id));
  return remove_note(transaction, name, record);
}

Result<void> move_notes(secrets::Transaction& transaction, const secrets::ClockChange& change) {
  for (const std::string& name : COFFER_TRY(transaction.list_documents(DocumentKind::config))) {
    if (!is_note_id(name)) continue;
    auto found = COFFER_TRY(find_config(transaction, name));
    if (!found) continue;
    const std::int64_t end = found->record.expires_at_ms;
    const std::int64_t moved = change.end_of(end, found->updated_at_ms);
    if (moved == end) continue;
    COFFER_TRY(set_undue(transaction, name, found->record));
    found->record.expires_at_ms = moved;
    COFFER_TRY(put_note(transaction, name, found->revision, found->record));
  }
  return {};
}

Result<void> rename_notes(secrets::Transaction& transaction, std::string_view from,
                          std::string_view to) {
  // A check under the new name belongs to a config that was never put.
  if (const auto check = COFFER_TRY(find_check(transaction, from))) {
    COFFER_TRY(forget_check(transaction, from));
    COFFER_TRY(forget_check(transaction, to));
    COFFER_TRY(keep_check(transaction, to, *check));
  }
  std::vector<std::pair<std::string, LoadedConfig>> stages;
  COFFER_TRY(
      transaction.each_document(DocumentKind::config, [&](const std::string& name) -> Result<void> {
        if (!name.starts_with(kStagePrefix)) return {};
        LoadedConfig stage = COFFER_TRY(load_config(transaction, name));
        if (stage.record.config_id == from) stages.emplace_back(name, std::move(stage));
        return {};
      }));
  for (auto& [name, stage] : stages) {
    stage.record.config_id = to;
    COFFER_TRY(put_note(transaction, name, stage.revision, stage.record));
  }
  return {};
}

bool is_note_id(std::string_view id) { return id.starts_with('\x01'); }

}  // namespace coffer::configs
