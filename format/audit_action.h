// The actions that audit records name: each has a number on disk, and a word for people and
// filters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::format {

/// The numbers are on disk (SPEC.md): never change one. A new action takes a free number.
enum class Action : std::uint8_t {
  put = 1,
  soft_delete = 2,
  undelete = 3,
  destroy = 4,
  expire = 5,  ///< A version was destroyed because its time was over.
  trim = 6,    ///< A version was removed because max_versions newer ones exist.
  erase = 7,   ///< A secret was removed with its history and name.
  metadata = 8,
  move = 9,
  copy = 10,
  rollback = 11,
  patch = 12,
  settings = 13,
  set_expiry = 14,
  config_put = 20,
  config_delete = 21,
  config_check = 22,
  config_stage = 23,
  config_abandon = 24,
  config_end_check = 25,
  reference_add = 30,
  reference_remove = 31,
  key_add = 40,
  key_remove = 41,
  key_rotate = 42,
  key_rewrap = 43,
  key_begin = 44,  ///< Written right before a key action, so that none can go unrecorded.
  anchor_set = 45,
  anchor_remove = 46,
  anchor_accept = 47,  ///< The store was accepted as it is, although its anchor disagreed.
  key_rekey = 48,
  prune = 51,
  clock_accept = 52,
  read = 60,
  policy_put = 61,
  look = 62,  ///< A refused look at a name, a document or the settings; others are not recorded.
  audit_look = 63,  ///< A refused look at the audit log.
};

/// "put", "config.put" ...; empty for a number that has no meaning.
std::string_view action_name(Action action);
std::optional<Action> parse_action(std::string_view name);
/// Whether the change feed reports the action: it changes what the store holds or its settings, and
/// names it by a path of the store. Actions on keys, anchors and the log, and looks, do not.
bool is_change(Action action);

}  // namespace coffer::format
