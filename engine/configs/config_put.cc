#include "configs/config_put.h"

#include <set>
#include <utility>

#include "configs/config_store.h"
#include "configs/release.h"
#include "configs/split.h"
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

/// A config stays in the workspace it was put into; leaving the option out means that one.
Result<std::string> workspace_of(const ConfigPutOptions& options,
                                 const std::optional<LoadedConfig>& stored) {
  if (!format::is_uuid(options.workspace)) {
    return Error(ErrorCode::usage, "a workspace is a lower-case UUID");
  }
  if (!stored || stored->record.workspace == options.workspace) return options.workspace;
  if (options.workspace == kNilWorkspace) return stored->record.workspace;
  return Error(ErrorCode::usage, "the config belongs to another workspace");
}

void add_removed(const ConfigRecord& before, const SplitResult& after,
                 std::vector<ConfigOutcome>& outcomes) {
  std::set<std::string_view> standing;
  for (const StoredPlace& place : after.places) {
    if (!place.external) standing.insert(place.coordinate);
  }
  for (const StoredPlace& place : before.places) {
    const bool stays = place.external || standing.count(place.coordinate) != 0 ||
                       after.bumped_from.count(place.coordinate) != 0;
    if (!stays) {
      outcomes.push_back({place.pointer, ConfigOutcome::Kind::removed, place.coordinate});
    }
  }
}

}  // namespace

Result<ConfigPutReport> put_in(Transaction& transaction, std::string_view id, const PutInput& input,
                               const ConfigPutOptions& options) {
  auto stored = COFFER_TRY(find_config(transaction, id));
  COFFER_TRY(check_revision(stored ? stored->revision : 0, options));
  const auto checked = COFFER_TRY(find_check(transaction, id));

  ConfigRecord record;
  record.workspace = COFFER_TRY(workspace_of(options, stored));
  record.compat_airbyte = options.compat_airbyte;
  const ConfigRecord* before = stored ? &stored->record : nullptr;
  TransactionStore store(transaction,
                         {std::string(id), record.workspace, 0, checked ? &*checked : nullptr});
  const ConfigBump bump =
      options.bump.value_or(options.compat_airbyte ? ConfigBump::always : ConfigBump::changed);
  SplitResult result = COFFER_TRY(split(
      {input.spec, input.document, before, options.compat_airbyte, bump == ConfigBump::always},
      store));

  ConfigPutReport report;
  report.id = id;
  report.revision = stored ? stored->revision + 1 : 1;
  report.outcomes = std::move(result.outcomes);
  if (before != nullptr) add_removed(*before, result, report.outcomes);
  const std::int64_t keep_until =
      options.keep_old_ms > 0 ? transaction.now_ms() + options.keep_old_ms : 0;
  static const std::vector<StoredPlace> nothing;
  report.destroyed = COFFER_TRY(move_references(transaction, id, before ? before->places : nothing,
                                                result.places, keep_until));

  record.spec_id = COFFER_TRY(keep_spec(transaction, id, input.spec_text));
  if (before != nullptr && before->spec_id != record.spec_id) {
    COFFER_TRY(release_spec(transaction, id, before->spec_id));
  }
  record.partial = std::move(result.partial);
  record.places = std::move(result.places);
  COFFER_TRY(transaction.put_document(DocumentKind::config, id, report.revision,
                                      encode_config(record).bytes()));
  COFFER_TRY(forget_check(transaction, id));
  report.partial = std::move(record.partial);
  return report;
}

Result<ConfigPutReport> check_in(Transaction& transaction, const PutInput& input,
                                 const ConfigCheckOptions& options) {
  const std::string id = options.id.value_or("");
  std::optional<LoadedConfig> stored;
  if (options.id) stored = COFFER_TRY(find_config(transaction, id));
  const std::int64_t expires_at = transaction.now_ms() + options.ttl_ms;
  TransactionStore store(transaction, {id, std::string(kNilWorkspace), expires_at, nullptr});
  SplitResult result = COFFER_TRY(
      split({input.spec, input.document, stored ? &stored->record : nullptr, false, false}, store));

  COFFER_TRY(forget_expired_checks(transaction));
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
  report.outcomes = std::move(result.outcomes);
  report.partial = std::move(result.partial);
  return report;
}

}  // namespace coffer::configs
