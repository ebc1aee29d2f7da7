// What can be told of in an audit record: a number on disk, a word for people and filters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::format {

/// The numbers are on disk (SPEC.md): never change one; new ones go where there is room.
enum class Action : std::uint8_t {
  put = 1,
  soft_delete = 2,
  undelete = 3,
  destroy = 4,
  expire = 5,  ///< Destroyed since its time was over.
  trim = 6,    ///< Removed since max_versions newer ones stand.
  erase = 7,   ///< The secret with its history and name.
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
  key_begin = 44,  ///< Right before one of these: so that none can go unrecorded.
  anchor_set = 45,
  anchor_remove = 46,
  anchor_accept = 47,  ///< The store was taken as it is, against its anchor's word.
  key_rekey = 48,
  prune = 51,
  clock_accept = 52,
  read = 60,
  policy_put = 61,
  look = 62,  ///< Only refused ones are told: at a name, a document, what the store is set to.
  audit_look = 63,  ///< The same, at the audit log.
};

/// "put", "config.put" ...; empty for a number that has no meaning.
std::string_view action_name(Action action);
std::optional<Action> parse_action(std::string_view name);
/// Whether it changes what a store holds or is set to, and names it by a path of the store: what
/// the change feed tells. Keys, anchors, the log and looks at something do not.
bool is_change(Action action);

}  // namespace coffer::format
