#include "configs/operations/config_put.h"

#include <set>
#include <utility>

#include "base/check.h"
#include "configs/config_store.h"
#include "configs/document/exposure.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/document/split.h"
#include "configs/operations/release.h"
#include "configs/spec/spec_walker.h"
#include "configs/transaction_store.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using secrets::DocumentKind;
using secrets::Transaction;

Result<void> check_revision(std::uint64_t stored, const ConfigPutOptions& options) {
  if (!options.revision || *options.revision == stored) return {};
  return Error(ErrorCode::conflict, "the config is at another revision",
               "read it again and repeat the change on it")
      .with_number(stored);
}

// A config stays in its first workspace; the nil workspace, the default, means the stored one.
Result<std::string> workspace_of(const ConfigPutOptions& options,
                                 const std::optional<LoadedConfig>& stored) {
  if (!format::is_uuid(options.workspace))
    return Error(ErrorCode::usage, "a workspace must be a lower-case UUID");
  if (!stored || stored->record.workspace == options.workspace) return options.workspace;
  if (options.workspace == kNilWorkspace) return stored->record.workspace;
  return Error(ErrorCode::usage, "the config belongs to another workspace");
}

// Reports places whose secret is gone: no place holds it, and no newer version replaced it.
void add_removed(const std::vector<StoredPlace>& before, const std::vector<StoredPlace>& after,
                 std::vector<ConfigOutcome>& outcomes) {
  std::set<std::string> standing, bumped;
  for (const StoredPlace& place : after) {
    if (place.external) continue;
    standing.insert(place.coordinate);
    if (place.written == StoredPlace::Written::bumped)
      bumped.insert(format::parse_coordinate(place.coordinate)->base);
  }
  for (const StoredPlace& place : before) {
    if (place.external || standing.count(place.coordinate) != 0) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (parsed && bumped.count(parsed->base) != 0) continue;
    outcomes.push_back({place.pointer, ConfigOutcome::Kind::removed, place.coordinate});
  }
}

// The config as its caller keeps it: the stored config's secrets, perhaps at other places.
Result<ConfigRecord> kept_by_caller(const PutInput& input, const ConfigRecord* stored) {
  std::set<std::pair<std::string_view, bool>> held;
  if (stored != nullptr) {
    for (const StoredPlace& place : stored->places) held.emplace(place.coordinate, place.external);
  }
  ConfigRecord record;
  record.partial = input.against->text().clone();
  for (const SecretPlace& place : COFFER_TRY(find_secret_places(input.spec, *input.against))) {
    const Marker marker = marker_at(*input.against, place.node, true);
    if (marker.kind == Marker::Kind::none || marker.kind == Marker::Kind::null) continue;
    const bool managed =
        marker.kind == Marker::Kind::coordinate && held.count({marker.name, false}) != 0;
    if (!managed && held.count({marker.name, true}) == 0) {
      return at_place(
          Error(ErrorCode::usage,
                "the document to stage against names a secret that the config does not hold",
                "give the partial document of the last commit, in its current form"),
          json::print_pointer(place.pointer));
    }
    record.places.push_back(
        {json::print_pointer(place.pointer), std::string(marker.name), !managed});
  }
  return record;
}

// Under a new spec a stored secret could become plain.
Result<void> check_exposure(const Transaction& transaction, const ConfigRecord& stored,
                            const PutInput& input, const ConfigPutOptions& options) {
  const auto stored_spec = COFFER_TRY(load_spec(transaction, stored));
  if (stored_spec->document().text().text() == input.spec_text) return {};
  std::vector<SecretPlace> found;
  if (input.places == nullptr) found = COFFER_TRY(find_secret_places(input.spec, input.document));
  return refuse_exposed({*stored_spec, stored, input.document,
                         input.places != nullptr ? *input.places : found, options.unmark});
}

bool may_list(const PutInput& input) { return input.rights == nullptr || input.rights->may_list; }

}  // namespace

Result<PreparedPut> prepare_put(Transaction& transaction, std::string_view id,
                                const PutInput& input, const ConfigPutOptions& options,
                                std::int64_t expires_at_ms) {
  PreparedPut prepared;
  prepared.stored = COFFER_TRY(find_config(transaction, id));
  const auto& stored = prepared.stored;
  COFFER_TRY(check_revision(stored ? stored->revision : 0, options));
  const auto checked = COFFER_TRY(find_check(transaction, id));

  ConfigRecord& record = prepared.record;
  record.workspace = COFFER_TRY(workspace_of(options, stored));
  record.compat_airbyte = options.compat_airbyte;
  const ConfigRecord* before = stored ? &stored->record : nullptr;
  std::optional<ConfigRecord> own;
  if (before != nullptr) COFFER_TRY(check_exposure(transaction, *before, input, options));
  if (input.against != nullptr) own.emplace(COFFER_TRY(kept_by_caller(input, before)));
  TransactionStore store(transaction, {.id = std::string(id),
                                       .workspace = record.workspace,
                                       .mode = expires_at_ms != 0 ? TransactionStore::Mode::stage
                                                                  : TransactionStore::Mode::put,
                                       .expires_at_ms = expires_at_ms,
                                       .checked = checked ? &*checked : nullptr,
                                       .outside = before != nullptr && before->outside,
                                       .imported = input.imported,
                                       .rights = input.rights});
  const ConfigBump bump =
      options.bump.value_or(options.compat_airbyte ? ConfigBump::always : ConfigBump::changed);
  SplitResult result =
      COFFER_TRY(split({input.spec, input.document, own ? &*own : before, options.compat_airbyte,
                        bump == ConfigBump::always, input.places, may_list(input)},
                       store));
  COFFER_CHECK(result.places.size() == result.outcomes.size());
  record.partial = std::move(result.partial);
  record.places = std::move(result.places);
  prepared.outcomes = std::move(result.outcomes);
  return prepared;
}

Result<ConfigPutReport> install(Transaction& transaction, std::string_view id, PreparedPut prepared,
                                std::string_view spec_text, std::int64_t keep_old_ms) {
  const ConfigRecord* before = prepared.stored ? &prepared.stored->record : nullptr;
  ConfigRecord& record = prepared.record;
  static const std::vector<StoredPlace> nothing;
  const std::vector<StoredPlace>& old_places = before != nullptr ? before->places : nothing;
  ConfigPutReport report;
  report.id = id;
  report.revision = prepared.stored ? prepared.stored->revision + 1 : prepared.first_revision;
  report.outcomes = std::move(prepared.outcomes);
  COFFER_CHECK(!is_note_id(id) && report.revision != 0);
  add_removed(old_places, record.places, report.outcomes);
  for (StoredPlace& place : record.places) place.written = StoredPlace::Written::nothing;
  const std::int64_t keep_until = keep_old_ms > 0 ? transaction.now_ms() + keep_old_ms : 0;
  report.destroyed =
      COFFER_TRY(move_references(transaction, {id, before != nullptr && before->outside},
                                 old_places, {id, record.outside}, record.places, keep_until));

  record.spec_id = COFFER_TRY(keep_spec(transaction, id, spec_text));
  COFFER_CHECK(record.expires_at_ms == 0 && record.config_id.empty());
  if (before != nullptr && before->spec_id != record.spec_id) {
    COFFER_TRY(release_spec(transaction, id, before->spec_id));
  }
  COFFER_TRY(transaction.put_document(DocumentKind::config, id, report.revision,
                                      encode_config(record).bytes()));
  COFFER_TRY(forget_check(transaction, id));
  report.partial = std::move(record.partial);
  return report;
}

Result<ConfigPutReport> put_in(Transaction& transaction, std::string_view id, const PutInput& input,
                               const ConfigPutOptions& options) {
  PreparedPut prepared = COFFER_TRY(prepare_put(transaction, id, input, options, 0));
  ConfigPutReport report = COFFER_TRY(
      install(transaction, id, std::move(prepared), input.spec_text, options.keep_old_ms));
  report.spec_marks_nothing = input.spec.marks_nothing();
  return report;
}

Result<ConfigPutReport> check_in(Transaction& transaction, const PutInput& input,
                                 const ConfigCheckOptions& options) {
  const std::string id = options.id.value_or("");
  std::optional<LoadedConfig> stored;
  if (options.id) stored = COFFER_TRY(find_config(transaction, id));
  const std::int64_t expires_at = transaction.now_ms() + options.ttl_ms;
  TransactionStore store(transaction, {.id = id,
                                       .workspace = std::string(kNilWorkspace),
                                       .mode = TransactionStore::Mode::check,
                                       .expires_at_ms = expires_at,
                                       .outside = stored && stored->record.outside,
                                       .rights = input.rights});
  SplitResult result =
      COFFER_TRY(split({input.spec, input.document, stored ? &stored->record : nullptr, false,
                        false, input.places, may_list(input)},
                       store));

  if (options.id) {
    ConfigRecord record;
    record.workspace = kNilWorkspace;
    record.expires_at_ms = expires_at;
    for (const ConfigOutcome& each : result.outcomes) {
      if (each.kind != ConfigOutcome::Kind::minted) continue;
      record.places.push_back({each.pointer, each.coordinate, false});
    }
    COFFER_TRY(keep_check(transaction, id, record));
  }
  transaction.note(format::Action::config_check, id);
  ConfigPutReport report;
  report.id = id;
  report.expires_at_ms = expires_at;
  report.outcomes = std::move(result.outcomes);
  report.partial = std::move(result.partial);
  report.spec_marks_nothing = input.spec.marks_nothing();
  return report;
}

}  // namespace coffer::configs
