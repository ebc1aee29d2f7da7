#include "tools/command/advice.h"

#include <array>
#include <utility>

namespace coffer::tools {
namespace {

using Row = std::pair<Advice, std::string_view>;
constexpr std::array kWords = {
    Row(Advice::make_store, "make one: coffer init"),
    Row(Advice::make_key_file,
        "make one: coffer init --key file:///PATH makes it if it is missing"),
    Row(Advice::give_key, "give one with --key or COFFER_KEY"),
    Row(Advice::give_first_key, "give one: --key file:///PATH or --key passphrase:"),
    Row(Advice::name_key_yourself,
        "where it is the right one, name it yourself: --key or COFFER_KEY"),
    Row(Advice::name_key_details_yourself,
        "a PIN, an auth value, an address or a socket that only the store names is not used: where "
        "it is the right one, name the key yourself, by --key or COFFER_KEY"),
    Row(Advice::give_right_key,
        "give the key the store was made with, or another slot's: coffer key list"),
    Row(Advice::offer_recovery_or_shares,
        "this store also opens by a recovery key or by shares: --key recovery: or --key shamir: "
        "asks for them, ?source=file:PATH reads them"),
    Row(Advice::offer_recovery,
        "this store also opens by a recovery key: --key recovery: asks for it, --key "
        "recovery:?source=file:PATH reads it"),
    Row(Advice::offer_shares,
        "this store also opens by shares of a key: --key shamir: asks for them, --key "
        "shamir:?source=file:PATH reads one a line"),
    Row(Advice::see_slots, "see: coffer key list"),
    Row(Advice::use_another_key,
        "`coffer key list` shows the slots; a second way in needs another key"),
    Row(Advice::add_slot_first, "add another first: coffer key add URI"),
    Row(Advice::add_by_command, "add it by the command: coffer key add"),
    Row(Advice::remove_slot, "remove one: coffer key remove SLOT"),
    Row(Advice::give_slot_key,
        "give the slot's key with --key URI, or give the slot up: --without SLOT"),
    Row(Advice::see_key_kinds,
        "use file:///PATH or passphrase:, or a kind that `coffer key add --help` shows"),
    Row(Advice::see_key_forms, "coffer key add --help shows how each kind is written"),
    Row(Advice::see_key_parameters,
        "coffer key add --help shows what each kind takes; a secret never stands there"),
    Row(Advice::finish_data_rotation, "go on with: coffer key rotate --data"),
    Row(Advice::see_secrets, "see what is there: coffer list"),
    Row(Advice::see_history, "see: coffer history PATH"),
    Row(Advice::undelete, "bring it back: coffer undelete PATH --versions N"),
    Row(Advice::give_cas, "give the current version: --cas N"),
    Row(Advice::raise_value_limit,
        "split it, or raise the limit: coffer settings put --value-limit N"),
    Row(Advice::put_fields_or_json, "put it as FIELD=VALUE or with --json"),
    Row(Advice::remove_other_secret,
        "choose another name, or remove that one: coffer metadata delete PATH"),
    Row(Advice::remove_secret_first, "remove that one first: coffer metadata delete PATH"),
    Row(Advice::put_config, "put the config: coffer config put ID"),
    Row(Advice::put_whole_config, "to replace the whole document put it: coffer config put ID"),
    Row(Advice::see_configs, "see what is there: coffer config list"),
    Row(Advice::delete_config, "delete the config: coffer config delete ID"),
    Row(Advice::delete_config_first, "remove that one first: coffer config delete ID"),
    Row(Advice::delete_other_config,
        "choose another name, or delete that one: coffer config delete ID"),
    Row(Advice::mark_or_unmark,
        "mark the place with airbyte_secret in the spec; or, if it is no secret any more, unmark "
        "it: --unmark POINTER"),
    Row(Advice::give_workspace, "a config's secrets are of one workspace: say it with --workspace"),
    Row(Advice::see_references, "see who uses it: coffer refs PATH"),
    Row(Advice::see_users, "see who does: coffer refs PATH"),
    Row(Advice::see_users_or_copy, "see who: coffer refs PATH; or copy it"),
    Row(Advice::see_referenced_version,
        "`coffer refs PATH` shows to which; without a version: to the current one"),
    Row(Advice::name_referenced_version,
        "name that version: coffer refs remove 'coffer://PATH?version=N' USER"),
    Row(Advice::end_use,
        "change or delete the config, or end the use: coffer refs remove REF USER; coffer refs "
        "PATH names all"),
    Row(Advice::end_use_or_rename,
        "choose another name, or end that use: coffer refs remove REF USER"),
    Row(Advice::verify_store, "see: coffer verify"),
    Row(Advice::verify_and_restore, "see what else is: coffer verify; restore from a backup"),
    Row(Advice::find_audit_damage, "see where: coffer audit verify"),
    Row(Advice::name_audit_damage, "see which: coffer audit verify"),
    Row(Advice::see_audit_actions, "see: coffer audit list --help"),
    Row(Advice::prune_audit, "coffer audit prune --keep 10000"),
    Row(Advice::set_anchor, "set one: coffer anchor set"),
    Row(Advice::set_anchor_or_copy,
        "this is a copy from before, or it was never set: coffer anchor set URI"),
    Row(Advice::accept_anchor,
        "put the newer store back, or take this one for it from now on: coffer anchor accept"),
    Row(Advice::bring_anchor_medium, "bring its medium; where it is lost: coffer anchor remove"),
    Row(Advice::bring_anchor_tpm, "bring the right TPM; where it is lost: coffer anchor remove"),
    Row(Advice::bring_right_medium,
        "bring the right medium; where it is lost or damaged: coffer anchor remove, take the file "
        "away, coffer anchor set"),
    Row(Advice::accept_clock,
        "set the clock, or, if it is right: coffer clock accept; see coffer status"),
    Row(Advice::read_policy_again, "look at it again: coffer policy show"),
    Row(Advice::give_role_users,
        "say who has it first: coffer policy role NAME user:ann,group:etl; or take its rules away "
        "first"),
    Row(Advice::drop_reference_part,
        "only version=N is known here; store=LABEL is for what takes --source"),
    Row(Advice::share_pid_namespace,
        "let the containers share one PID namespace (docker: --pid, Kubernetes: "
        "shareProcessNamespace), or run coffer under another number there"),
    Row(Advice::ask_policy_keeper, "ask who may change it; they see why by: coffer policy test"),
    Row(Advice::see_name_rules, "`coffer settings get` shows the rules for names"),
};

}  // namespace

std::string_view words_for(Advice advice) {
  for (const auto& [known, words] : kWords)
    if (known == advice) return words;
  return advice_text(advice);
}

}  // namespace coffer::tools
