// Where configs, their specs and what checks left behind lie in the store.
//
// A spec is kept once, under a digest of its text, for as long as a config refers to
// it. Names that begin with the control character 1 cannot be a caller's.
#pragma once

#include <coffer/result.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "configs/documents.h"
#include "configs/spec/spec.h"
#include "secrets/engine.h"
#include "secrets/transaction.h"

namespace coffer::configs {

struct LoadedConfig {
  ConfigRecord record;
  std::uint64_t revision = 0;
  std::int64_t updated_at_ms = 0;
};

Result<std::optional<LoadedConfig>> find_config(const secrets::View& view, std::string_view id);
/// Errors: not_found as well.
Result<LoadedConfig> load_config(const secrets::View& view, std::string_view id);
/// A config that does not compile any more is corrupt: it was compiled before it was stored.
Result<std::shared_ptr<const Spec>> load_spec(const secrets::View& view,
                                              const ConfigRecord& record);

/// Keeps the text where it is not kept yet, and refers to it for the config. Returns its id.
Result<std::string> keep_spec(secrets::Transaction& transaction, std::string_view id,
                              std::string_view text);
secrets::Reference reference_to_spec(std::string_view id, const std::string& spec_id);
/// Ends the config's reference; the last one takes the spec along.
Result<void> release_spec(secrets::Transaction& transaction, std::string_view id,
                          const std::string& spec_id);

/// What a check of this config minted, if its time is not over.
Result<std::optional<ConfigRecord>> find_check(const secrets::View& view, std::string_view id);
/// Of everything that checks of a config minted, and whose time is not over: coordinate and id.
Result<std::map<std::string, std::string>> ids_of_checks(const secrets::View& view);
Result<void> keep_check(secrets::Transaction& transaction, std::string_view id,
                        const ConfigRecord& record);
Result<void> forget_check(secrets::Transaction& transaction, std::string_view id);

/// A stage that is not committed or abandoned yet, whether its lease is over or not.
Result<std::optional<ConfigRecord>> find_stage(const secrets::View& view, std::string_view stage);
/// Keeps the stage with a spec of its own. The record's spec_id is filled in.
Result<void> keep_stage(secrets::Transaction& transaction, std::string_view stage,
                        ConfigRecord& record, std::string_view spec_text);
Result<void> forget_stage(secrets::Transaction& transaction, std::string_view stage,
                          const ConfigRecord& record);

/// Notes of checks and stages whose time is over, at most `limit`. Returns how many went.
Result<std::size_t> forget_expired_notes(secrets::Transaction& transaction, std::size_t limit);
/// One note, whatever its time.
Result<void> forget_note(secrets::Transaction& transaction, const std::string& name,
                         const ConfigRecord& record);
/// Those of one sweep's transaction; what is beyond waits for the next.
Result<void> sweep_notes(secrets::Transaction& transaction);
/// Their own ends, by a store's time that is to fall.
Result<void> move_notes(secrets::Transaction& transaction, const secrets::ClockChange& change);
/// The notes of a config that gets another name: its stages, and what its last check minted.
Result<void> rename_notes(secrets::Transaction& transaction, std::string_view from,
                          std::string_view to);
/// Whether the name is a note's and no config's.
bool is_note_id(std::string_view id);

}  // namespace coffer::configs
