// How the store keeps configs, their specs, and the notes of checks and stages.
//
// A spec is kept once, under a digest of its text, while any config refers to it. A note's
// name begins with the control character 1, which no caller's name can.
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
/// As find_config(), but an absent config is an error. Errors: not_found, corrupt, too_new.
Result<LoadedConfig> load_config(const secrets::View& view, std::string_view id);
/// Errors: corrupt (the spec is missing or does not compile; it did when it was stored).
Result<std::shared_ptr<const Spec>> load_spec(const secrets::View& view,
                                              const ConfigRecord& record);

/// Stores the text if it is new, and makes the config refer to it. Returns the spec's id.
Result<std::string> keep_spec(secrets::Transaction& transaction, std::string_view id,
                              std::string_view text);
secrets::Reference reference_to_spec(std::string_view id, const std::string& spec_id);
/// Ends the config's reference to the spec; removes the spec with its last reference.
Result<void> release_spec(secrets::Transaction& transaction, std::string_view id,
                          const std::string& spec_id);

/// The note of this config's last check, if it has not expired: the secrets that it minted.
Result<std::optional<ConfigRecord>> find_check(const secrets::View& view, std::string_view id);
/// Maps each coordinate that an unexpired check minted to the id of the config it checked.
Result<std::map<std::string, std::string>> ids_of_checks(const secrets::View& view);
Result<void> keep_check(secrets::Transaction& transaction, std::string_view id,
                        const ConfigRecord& record);
Result<void> forget_check(secrets::Transaction& transaction, std::string_view id);

/// A stage that was neither committed nor abandoned, even if its lease is over.
Result<std::optional<ConfigRecord>> find_stage(const secrets::View& view, std::string_view stage);
/// Stores the stage and its spec, and sets the record's spec_id.
Result<void> keep_stage(secrets::Transaction& transaction, std::string_view stage,
                        ConfigRecord& record, std::string_view spec_text);
Result<void> forget_stage(secrets::Transaction& transaction, std::string_view stage,
                          const ConfigRecord& record);

/// Removes at most `limit` expired notes of checks and stages. Returns how many are gone.
Result<std::size_t> forget_expired_notes(secrets::Transaction& transaction, std::size_t limit);
/// Removes one note, expired or not.
Result<void> forget_note(secrets::Transaction& transaction, const std::string& name,
                         const ConfigRecord& record);
/// Removes as many expired notes as one transaction of a sweep may; the rest waits for the next.
Result<void> sweep_notes(secrets::Transaction& transaction);
/// Moves the notes' expiry times when the store's time is set back.
Result<void> move_notes(secrets::Transaction& transaction, const secrets::ClockChange& change);
/// Moves the notes of a renamed config to its new name: its stages and its last check.
Result<void> rename_notes(secrets::Transaction& transaction, std::string_view from,
                          std::string_view to);
/// Whether the name belongs to a note rather than a config.
bool is_note_id(std::string_view id);

}  // namespace coffer::configs
