#include "configs/operations/config_stage.h"

#include <set>
#include <utility>

#include "base/check.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/operations/release.h"
#include "configs/transaction_store.h"
#include "format/names.h"
#include "text/printable.h"

namespace coffer::configs {
namespace {

using json::kNoNode;
using json::NodeId;
using secrets::Transaction;

Error no_such_stage(std::string_view stage) {
  return text::about_if_printable(
      Error(ErrorCode::not_found, "this config has no such stage",
            "it was abandoned, has expired, or another one was committed: stage again"),
      Subject::Kind::name, stage);
}

Result<ConfigRecord> load_stage(const secrets::View& view, std::string_view id,
                                std::string_view stage) {
  if (!format::is_uuid(stage)) return no_such_stage(stage);
  auto record = COFFER_TRY(find_stage(view, stage));
  if (!record || record->config_id != id) return no_such_stage(stage);
  return std::move(*record);
}

std::vector<ConfigOutcome> outcomes_of(const ConfigRecord& record) {
  std::vector<ConfigOutcome> out;
  for (const StoredPlace& place : record.places) {
    auto kind = ConfigOutcome::Kind::kept;
    if (place.external) kind = ConfigOutcome::Kind::external;
    if (place.written == StoredPlace::Written::minted) kind = ConfigOutcome::Kind::minted;
    if (place.written == StoredPlace::Written::bumped) kind = ConfigOutcome::Kind::bumped;
    const std::string prefix = place.external ? std::string(kExternalPrefix) : std::string();
    out.push_back({place.pointer, kind, prefix + place.coordinate});
  }
  return out;
}

// A digest of the stored document, or empty if there is none. It distinguishes documents of the
// same id and revision: after a deletion the revisions begin again.
Result<std::string> identity_of(const Transaction& transaction, std::string_view id) {
  const auto document = COFFER_TRY(transaction.find_document(secrets::DocumentKind::config, id));
  return document ? transaction.content_id(document->body.bytes()) : std::string();
}

// Makes the secrets that the stage wrote or adopted permanent. Fails if one is gone.
Result<void> make_lasting(Transaction& transaction, std::string_view id, const ConfigRecord& record,
                          const std::optional<LoadedConfig>& stored, const ConfigRights* rights) {
  std::set<std::string_view> held;
  if (stored) {
    for (const StoredPlace& place : stored->record.places) held.insert(place.coordinate);
  }
  TransactionStore store(transaction, {.id = std::string(id),
                                       .workspace = record.workspace,
                                       .outside = stored && stored->record.outside,
                                       .rights = rights});
  std::set<std::string_view> done;
  for (const StoredPlace& place : record.places) {
    if (place.external || held.count(place.coordinate) != 0) continue;
    if (!done.insert(place.coordinate).second) continue;
    Result<void> kept;
    if (place.written == StoredPlace::Written::nothing) {
      kept = store.adopt(place.coordinate);
    } else {
      const auto parsed = format::parse_coordinate(place.coordinate);
      if (!parsed) return Error(ErrorCode::corrupt, "a stage holds a broken coordinate");
      kept = transaction.set_expiry(parsed->base, parsed->version, 0);
    }
    if (!kept.ok()) return at_place(std::move(kept).error(), place.pointer);
  }
  return {};
}

// Repeats the report of a commit that has already happened, for a caller that never received it.
Result<ConfigPutReport> commit_again(const Transaction& transaction, std::string_view id,
                                     std::string_view stage) {
  auto stored = COFFER_TRY(find_config(transaction, id));
  if (!stored || stage.empty() || stored->record.last_stage != stage) return no_such_stage(stage);
  ConfigPutReport report;
  report.id = id;
  report.revision = stored->revision;
  report.outcomes = outcomes_of(stored->record);
  report.partial = std::move(stored->record.partial);
  return report;
}

}  // namespace

Result<ConfigPutReport> stage_in(Transaction& transaction, std::string_view id,
                                 const PutInput& input, const ConfigPutOptions& options,
                                 std::int64_t lease_ms) {
  COFFER_CHECK(lease_ms > 0);
  const std::int64_t expires_at = transaction.now_ms() + lease_ms;
  PreparedPut prepared = COFFER_TRY(prepare_put(transaction, id, input, options, expires_at));
  ConfigRecord& record = prepared.record;
  record.config_id = id;
  record.base_revision = prepared.stored ? prepared.stored->revision : 0;
  record.base_id = COFFER_TRY(identity_of(transaction, id));
  record.expires_at_ms = expires_at;
  ConfigPutReport report;
  report.id = id;
  report.stage = transaction.mint_uuid();
  report.revision = record.base_revision;
  report.expires_at_ms = expires_at;
  report.outcomes = std::move(prepared.outcomes);
  COFFER_CHECK(format::is_uuid(report.stage));
  COFFER_TRY(keep_stage(transaction, report.stage, record, input.spec_text));
  transaction.note(format::Action::config_stage, id, record.base_revision);
  report.partial = std::move(record.partial);
  report.spec_marks_nothing = input.spec.marks_nothing();
  return report;
}

Result<ConfigPutReport> commit_in(Transaction& transaction, std::string_view id,
                                  std::string_view stage, const ConfigCommitOptions& options,
                                  const ConfigRights* rights) {
  auto found = load_stage(transaction, id, stage);
  if (!found.ok()) {
    if (found.error().code() != ErrorCode::not_found) return std::move(found).error();
    return commit_again(transaction, id, stage);
  }
  PreparedPut prepared;
  prepared.record = std::move(*found);
  ConfigRecord& record = prepared.record;
  if (record.expires_at_ms <= transaction.now_ms()) {
    return Error(ErrorCode::expired, "this stage has expired", "stage it again")
        .about(Subject::Kind::name, stage);
  }
  prepared.stored = COFFER_TRY(find_config(transaction, id));
  const std::uint64_t revision = prepared.stored ? prepared.stored->revision : 0;
  const bool is_another =
      !record.base_id.empty() && record.base_id != COFFER_TRY(identity_of(transaction, id));
  if (revision != record.base_revision || is_another) {
    return Error(ErrorCode::conflict, "the config has changed since this was staged",
                 "abandon the stage, read the config again and repeat the change on it")
        .with_number(revision);
  }
  COFFER_TRY(make_lasting(transaction, id, record, prepared.stored, rights));
  const auto spec = COFFER_TRY(load_spec(transaction, record));
  const std::string spec_text(spec->document().text().text());
  COFFER_TRY(forget_stage(transaction, stage, record));
  prepared.outcomes = outcomes_of(record);
  record.config_id.clear();
  record.base_revision = 0;
  record.base_id.clear();
  record.expires_at_ms = 0;
  record.last_stage = stage;
  record.outside = options.outside;
  ConfigPutReport report =
      COFFER_TRY(install(transaction, id, std::move(prepared), spec_text, options.keep_old_ms));
  report.spec_marks_nothing = spec->marks_nothing();
  return report;
}

Result<std::vector<std::string>> abandon_in(Transaction& transaction, std::string_view id,
                                            std::string_view stage) {
  const ConfigRecord record = COFFER_TRY(load_stage(transaction, id, stage));
  std::vector<std::string> written;
  for (const StoredPlace& place : record.places) {
    if (place.written != StoredPlace::Written::nothing) written.push_back(place.coordinate);
  }
  COFFER_TRY(forget_stage(transaction, stage, record));
  transaction.note(format::Action::config_abandon, id, record.base_revision);
  return destroy_unused(transaction, written);
}

Result<std::vector<std::string>> end_check_in(
    Transaction& transaction, const json::Document& partial,
    const std::function<Result<void>(std::string_view id)>& may_end) {
  std::vector<std::string> minted;
  std::vector<NodeId> open{0};
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    const Marker marker = marker_at(partial, node);
    if (marker.kind == Marker::Kind::coordinate) {
      const auto parsed = format::parse_coordinate(marker.name);
      if (parsed && COFFER_TRY(is_of_a_check(transaction, parsed->base, parsed->version)))
        minted.emplace_back(marker.name);
      continue;
    }
    for (NodeId child = partial.first_child(node); child != kNoNode;
         child = partial.next_sibling(child)) {
      open.push_back(child);
    }
  }
  if (may_end) {
    const auto ids = COFFER_TRY(ids_of_checks(transaction));
    std::set<std::string> asked;
    for (const std::string& coordinate : minted) {
      const auto id = ids.find(coordinate);
      asked.insert(id == ids.end() ? std::string() : id->second);
    }
    if (asked.empty()) asked.emplace();
    for (const std::string& id : asked) COFFER_TRY(may_end(id));
  }
  return destroy_unused(transaction, minted);
}

Result<std::vector<std::string>> end_check_of(Transaction& transaction, std::string_view id) {
  const auto record = COFFER_TRY(find_check(transaction, id));
  if (!record) {
    return Error(ErrorCode::not_found, "this config has no check under way",
                 "its secrets have expired, or a put has taken them over")
        .about(Subject::Kind::name, id);
  }
  std::vector<std::string> minted;
  for (const StoredPlace& place : record->places) {
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (parsed && COFFER_TRY(is_of_a_check(transaction, parsed->base, parsed->version)))
      minted.push_back(place.coordinate);
  }
  COFFER_TRY(forget_check(transaction, id));
  transaction.note(format::Action::config_end_check, id);
  return destroy_unused(transaction, minted);
}

}  // namespace coffer::configs
