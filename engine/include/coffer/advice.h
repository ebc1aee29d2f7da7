// What to do about an error, as a number. The engine knows no program's commands: a program with
// verbs, buttons or calls says in its own words what a number asks for.
#pragma once

#include <coffer/export.h>

#include <string_view>

namespace coffer {

/// The numbers are fixed for ever; new numbers are added at the end. advice_text() says what each
/// number asks for.
enum class Advice : int {
  none = 0,
  make_store = 1,
  make_key_file = 2,
  give_key = 3,
  give_first_key = 4,
  name_key_yourself = 5,
  name_key_details_yourself = 6,
  give_right_key = 7,
  offer_recovery_or_shares = 8,
  offer_recovery = 9,
  offer_shares = 10,
  see_slots = 11,
  use_another_key = 12,
  add_slot_first = 13,
  add_by_command = 14,
  remove_slot = 15,
  give_slot_key = 16,
  see_key_kinds = 17,
  see_key_forms = 18,
  see_key_parameters = 19,
  finish_data_rotation = 20,
  see_secrets = 21,
  see_history = 22,
  undelete = 23,
  give_cas = 24,
  raise_value_limit = 25,
  put_fields_or_json = 26,
  remove_other_secret = 27,
  remove_secret_first = 28,
  put_config = 29,
  put_whole_config = 30,
  see_configs = 31,
  delete_config = 32,
  delete_config_first = 33,
  delete_other_config = 34,
  mark_or_unmark = 35,
  give_workspace = 36,
  see_references = 37,
  see_users = 38,
  see_users_or_copy = 39,
  see_referenced_version = 40,
  name_referenced_version = 41,
  end_use = 42,
  end_use_or_rename = 43,
  verify_store = 44,
  verify_and_restore = 45,
  find_audit_damage = 46,
  name_audit_damage = 47,
  see_audit_actions = 48,
  prune_audit = 49,
  set_anchor = 50,
  set_anchor_or_copy = 51,
  accept_anchor = 52,
  bring_anchor_medium = 53,
  bring_anchor_tpm = 54,
  bring_right_medium = 55,
  accept_clock = 56,
  read_policy_again = 57,
  give_role_users = 58,
  drop_reference_part = 59,
  share_pid_namespace = 60,
  ask_policy_keeper = 61,
  see_name_rules = 62,
};

/// One sentence that names no program, for callers without words of their own; empty for `none`
/// and for a number that this library does not know. Any thread.
COFFER_API std::string_view advice_text(Advice advice);

}  // namespace coffer
