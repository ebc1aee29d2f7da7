#include <coffer/advice.h>

#include <array>
#include <utility>

namespace coffer {
namespace {

using Row = std::pair<Advice, std::string_view>;
constexpr std::array kSentences = {
    Row(Advice::make_store, "make a store there first"),
    Row(Advice::make_key_file,
        "make the key file first; making a store with its URI makes it as well"),
    Row(Advice::give_key, "give a key: none was named"),
    Row(Advice::give_first_key, "give the key for the new store"),
    Row(Advice::name_key_yourself,
        "a key from this place is used only if the caller names it: name it if it is the right "
        "one"),
    Row(Advice::name_key_details_yourself,
        "a PIN, an auth value, an address or a socket that only the store names is not used: name "
        "the key yourself if it is the right one"),
    Row(Advice::give_right_key,
        "give the key that the store was made with, or the key of another slot"),
    Row(Advice::offer_recovery_or_shares,
        "the store also opens by a recovery key or by shares of a key"),
    Row(Advice::offer_recovery, "the store also opens by a recovery key"),
    Row(Advice::offer_shares, "the store also opens by shares of a key"),
    Row(Advice::see_slots, "list the key slots"),
    Row(Advice::use_another_key, "list the key slots; a second way in needs another key"),
    Row(Advice::add_slot_first, "add another key slot first"),
    Row(Advice::add_by_command, "add it with a program that can print it, such as coffer"),
    Row(Advice::remove_slot, "remove a key slot first"),
    Row(Advice::give_slot_key, "give the slot's key, or rotate without the slot"),
    Row(Advice::see_key_kinds,
        "use file:///PATH, passphrase: or another kind of key that is documented"),
    Row(Advice::see_key_forms, "see how the URI of each kind of key is written"),
    Row(Advice::see_key_parameters,
        "see what the URI of each kind of key takes; never write a secret into a URI"),
    Row(Advice::finish_data_rotation, "continue the rotation of the data keys"),
    Row(Advice::see_secrets, "list the secrets of the store"),
    Row(Advice::see_history, "list the secret's versions"),
    Row(Advice::undelete, "undelete that version"),
    Row(Advice::give_cas, "give the current version as the expected one"),
    Row(Advice::raise_value_limit, "split it, or raise the store's value limit"),
    Row(Advice::put_fields_or_json, "put it as fields or as a JSON object"),
    Row(Advice::remove_other_secret, "choose another name, or remove the secret of that name"),
    Row(Advice::remove_secret_first, "remove the secret of that name first"),
    Row(Advice::put_config, "put the config that owns it"),
    Row(Advice::put_whole_config, "to replace the whole document, put it"),
    Row(Advice::see_configs, "list the configs of the store"),
    Row(Advice::delete_config, "delete the config"),
    Row(Advice::delete_config_first, "remove the config of that name first"),
    Row(Advice::delete_other_config, "choose another name, or delete the config of that name"),
    Row(Advice::mark_or_unmark,
        "mark the place with airbyte_secret in the spec; or, if it is no longer a secret, list it "
        "among the places to unmark"),
    Row(Advice::give_workspace, "a config's secrets belong to one workspace: name it"),
    Row(Advice::see_references, "see what refers to it"),
    Row(Advice::see_users, "see what refers to it"),
    Row(Advice::see_users_or_copy, "see what refers to it; or copy it"),
    Row(Advice::see_referenced_version,
        "look up which version the reference names; without a version it means the current one"),
    Row(Advice::name_referenced_version,
        "name that version in the reference: coffer://PATH?version=N"),
    Row(Advice::end_use, "change or delete the config, or end the use by the user outside"),
    Row(Advice::end_use_or_rename, "choose another name, or end the use by the user outside"),
    Row(Advice::verify_store, "verify the store to see what is damaged"),
    Row(Advice::verify_and_restore,
        "verify the store to see what else is damaged; restore from a backup"),
    Row(Advice::find_audit_damage, "verify the audit log to find the first broken record"),
    Row(Advice::name_audit_damage, "verify the audit log to find the broken record"),
    Row(Advice::see_audit_actions, "see which actions the audit log knows"),
    Row(Advice::prune_audit, "remove the oldest audit records"),
    Row(Advice::set_anchor, "set an anchor first"),
    Row(Advice::set_anchor_or_copy, "this copy is older than the anchor, or none was ever set"),
    Row(Advice::accept_anchor, "put the newer store back, or accept this one from now on"),
    Row(Advice::bring_anchor_medium, "bring the anchor's medium; if it is lost, remove the anchor"),
    Row(Advice::bring_anchor_tpm, "bring the right TPM; if it is lost, remove the anchor"),
    Row(Advice::bring_right_medium,
        "bring the right medium; if it is lost or damaged, remove the anchor, delete its file and "
        "set an anchor again"),
    Row(Advice::accept_clock, "set the clock; or, if it is right, accept it"),
    Row(Advice::read_policy_again, "read the policy again"),
    Row(Advice::give_role_users, "give the role users first, or remove its rules first"),
    Row(Advice::drop_reference_part, "only version=N is allowed here"),
    Row(Advice::share_pid_namespace,
        "let the containers share one PID namespace (docker: its option pid, Kubernetes: "
        "shareProcessNamespace), or run the program under another process number there"),
    Row(Advice::ask_policy_keeper,
        "ask somebody who may change the policy and can see which rule decides"),
    Row(Advice::see_name_rules, "read the settings: they have the rules for names"),
};

}  // namespace

std::string_view advice_text(Advice advice) {
  for (const auto& [known, sentence] : kSentences)
    if (known == advice) return sentence;
  return {};
}

}  // namespace coffer
