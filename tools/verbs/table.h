// The verbs there are; each has a file of its own (verb_*.cc).
#pragma once

#include <coffer/result.h>

#include <span>
#include <string>
#include <string_view>

#include "tools/command/arguments.h"
#include "tools/command/syntax.h"

namespace coffer::tools {

/// An exit code, or the error that decides it.
using VerbResult = Result<int>;

struct Verb {
  VerbText text;
  VerbResult (*run)(Arguments& arguments, const VerbText& text);
  Literal nearest;  ///< The hint for whoever mistyped its name.
};

std::span<const Verb> all_verbs();
/// nullptr where there is none.
const Verb* find_verb(std::string_view name);
/// Takes the verb's word or words out of the arguments and runs it.
VerbResult dispatch(Arguments& arguments);

/// Whether verbs of two words begin with it, as with `key`.
bool is_group(std::string_view word);
/// "list, add, remove": how the verbs of a group go on.
std::string second_words(std::string_view group);
/// `coffer help`: the verbs by what they are about, and what all of them take. Errors: io.
Result<void> write_overview();
/// `coffer help GROUP`: a line for each verb of the group. Errors: io.
Result<void> write_group(std::string_view group);

VerbResult verb_init(Arguments&, const VerbText&);
VerbResult verb_key_list(Arguments&, const VerbText&);
VerbResult verb_key_add(Arguments&, const VerbText&);
VerbResult verb_key_remove(Arguments&, const VerbText&);
VerbResult verb_key_rewrap(Arguments&, const VerbText&);
VerbResult verb_key_rotate(Arguments&, const VerbText&);
VerbResult verb_key_test(Arguments&, const VerbText&);
VerbResult verb_anchor_set(Arguments&, const VerbText&);
VerbResult verb_anchor_show(Arguments&, const VerbText&);
VerbResult verb_anchor_update(Arguments&, const VerbText&);
VerbResult verb_anchor_accept(Arguments&, const VerbText&);
VerbResult verb_anchor_remove(Arguments&, const VerbText&);
VerbResult verb_receipt_verify(Arguments&, const VerbText&);
VerbResult verb_status(Arguments&, const VerbText&);
VerbResult verb_verify(Arguments&, const VerbText&);
VerbResult verb_put(Arguments&, const VerbText&);
VerbResult verb_patch(Arguments&, const VerbText&);
VerbResult verb_get(Arguments&, const VerbText&);
VerbResult verb_list(Arguments&, const VerbText&);
VerbResult verb_certificates(Arguments&, const VerbText&);
VerbResult verb_history(Arguments&, const VerbText&);
VerbResult verb_delete(Arguments&, const VerbText&);
VerbResult verb_undelete(Arguments&, const VerbText&);
VerbResult verb_destroy(Arguments&, const VerbText&);
VerbResult verb_rollback(Arguments&, const VerbText&);
VerbResult verb_move(Arguments&, const VerbText&);
VerbResult verb_copy(Arguments&, const VerbText&);
VerbResult verb_metadata_get(Arguments&, const VerbText&);
VerbResult verb_metadata_put(Arguments&, const VerbText&);
VerbResult verb_metadata_patch(Arguments&, const VerbText&);
VerbResult verb_metadata_delete(Arguments&, const VerbText&);
VerbResult verb_settings_get(Arguments&, const VerbText&);
VerbResult verb_settings_put(Arguments&, const VerbText&);
VerbResult verb_bulk(Arguments&, const VerbText&);
VerbResult verb_export(Arguments&, const VerbText&);
VerbResult verb_import(Arguments&, const VerbText&);
VerbResult verb_migrate(Arguments&, const VerbText&);
VerbResult verb_config_put(Arguments&, const VerbText&);
VerbResult verb_config_patch(Arguments&, const VerbText&);
VerbResult verb_config_stage(Arguments&, const VerbText&);
VerbResult verb_config_commit(Arguments&, const VerbText&);
VerbResult verb_config_abandon(Arguments&, const VerbText&);
VerbResult verb_config_end_check(Arguments&, const VerbText&);
VerbResult verb_config_import(Arguments&, const VerbText&);
VerbResult verb_config_check(Arguments&, const VerbText&);
VerbResult verb_config_copy(Arguments&, const VerbText&);
VerbResult verb_config_rename(Arguments&, const VerbText&);
VerbResult verb_config_get(Arguments&, const VerbText&);
VerbResult verb_config_list(Arguments&, const VerbText&);
VerbResult verb_config_delete(Arguments&, const VerbText&);
VerbResult verb_config_hydrate(Arguments&, const VerbText&);
VerbResult verb_secrets(Arguments&, const VerbText&);
VerbResult verb_resource_apply(Arguments&, const VerbText&);
VerbResult verb_resource_create(Arguments&, const VerbText&);
VerbResult verb_resource_update(Arguments&, const VerbText&);
VerbResult verb_resource_get(Arguments&, const VerbText&);
VerbResult verb_resource_delete(Arguments&, const VerbText&);
VerbResult verb_resource_log(Arguments&, const VerbText&);
VerbResult verb_refs(Arguments&, const VerbText&);
VerbResult verb_sweep(Arguments&, const VerbText&);
VerbResult verb_run(Arguments&, const VerbText&);
VerbResult verb_env(Arguments&, const VerbText&);
VerbResult verb_inject(Arguments&, const VerbText&);
VerbResult verb_audit_list(Arguments&, const VerbText&);
VerbResult verb_audit_verify(Arguments&, const VerbText&);
VerbResult verb_audit_prune(Arguments&, const VerbText&);
VerbResult verb_clock_accept(Arguments&, const VerbText&);
VerbResult verb_policy_show(Arguments&, const VerbText&);
VerbResult verb_policy_allow(Arguments&, const VerbText&);
VerbResult verb_policy_deny(Arguments&, const VerbText&);
VerbResult verb_policy_role(Arguments&, const VerbText&);
VerbResult verb_policy_write_only(Arguments&, const VerbText&);
VerbResult verb_policy_remove(Arguments&, const VerbText&);
VerbResult verb_policy_set(Arguments&, const VerbText&);
VerbResult verb_policy_test(Arguments&, const VerbText&);
VerbResult verb_watch(Arguments&, const VerbText&);
VerbResult verb_help(Arguments&, const VerbText&);
VerbResult verb_version(Arguments&, const VerbText&);

}  // namespace coffer::tools
