#include "tools/verbs/table.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "tools/command/fail.h"
#include "tools/command/nearest_word.h"

namespace coffer::tools {
namespace {

// The hint must be literal text, so the preprocessor puts it together.
#define COFFER_VERB(name, function, summary, example) \
  Verb { {name, summary, example}, function, "did you mean `coffer " name "`?" }

constexpr std::array kVerbs = {
    COFFER_VERB("init", verb_init, "Makes a new store.",
                "coffer init --key file:///etc/agent/master.key"),
    COFFER_VERB("put", verb_put,
                "Writes a new version of a secret.\nA value in an argument shows in ps until it is "
                "read: prefer k=-, k=@file, --value - or the prompt.",
                "coffer put ingestion/my-job redshift-user=foo redshift-password=@pw.txt"),
    COFFER_VERB("patch", verb_patch,
                "Writes a new version with some fields changed (RFC 7396); k:=null removes one.",
                "coffer patch ingestion/my-job redshift-password=@pw.txt old-field:=null"),
    COFFER_VERB("get", verb_get, "Writes a secret's value to standard output, to the byte.",
                "coffer get ingestion/my-job --field redshift-user"),
    COFFER_VERB("list", verb_list, "Names what is in the store, never a value.",
                "coffer list ingestion --recursive --tag prod --older-than 90d --long"),
    COFFER_VERB("certificates", verb_certificates, "Tells when certificates end, soonest first.",
                "coffer certificates ingestion --within 30d"),
    COFFER_VERB("history", verb_history, "Tells the versions of a secret, newest first.",
                "coffer history ingestion/my-job"),
    COFFER_VERB(
        "delete", verb_delete,
        "Deletes versions so that undelete can bring them back.\nWhat a config or a user outside "
        "refers to is not deleted: `coffer refs PATH` names them.",
        "coffer delete ingestion/my-job --versions 1,2"),
    COFFER_VERB("undelete", verb_undelete, "Brings deleted versions back.",
                "coffer undelete ingestion/my-job --versions 2"),
    COFFER_VERB("destroy", verb_destroy, "Destroys versions for good.",
                "coffer destroy ingestion/my-job --versions 1 --receipt"),
    COFFER_VERB("rollback", verb_rollback, "Writes a new version with an older one's value.",
                "coffer rollback ingestion/my-job --to 3"),
    COFFER_VERB("move", verb_move, "Gives a secret another path, history and all.",
                "coffer move ingestion/my-job archive/my-job"),
    COFFER_VERB("copy", verb_copy, "Copies a secret to another path, history and all.",
                "coffer copy ingestion/my-job staging/my-job"),
    COFFER_VERB("metadata get", verb_metadata_get,
                "Tells a secret's settings and metadata, never its value.",
                "coffer metadata get ingestion/my-job"),
    COFFER_VERB("metadata put", verb_metadata_put,
                "Sets settings and metadata; makes a secret without versions where there is none.",
                "coffer metadata put ingestion/my-job --max-versions 5 --custom stage=prod"),
    COFFER_VERB("metadata patch", verb_metadata_patch,
                "Changes settings and metadata of a secret that is there.",
                "coffer metadata patch ingestion/my-job --owner team-a --remove-custom stage"),
    COFFER_VERB("metadata delete", verb_metadata_delete,
                "Removes a secret with all its versions and metadata, for good; or a whole folder.",
                "coffer metadata delete ingestion --recursive --confirm ingestion"),
    COFFER_VERB("settings get", verb_settings_get, "Tells the store's settings.",
                "coffer settings get"),
    COFFER_VERB("settings put", verb_settings_put, "Changes settings of the store, or of a folder.",
                "coffer settings put --scope ingestion --value-limit 65536 --names vdk"),
    COFFER_VERB(
        "bulk", verb_bulk,
        "Carries out the operations of one JSON document, all of them or none.\nThe document "
        "is {\"operations\":[...]}; an entry is {\"put\":{\"path\", \"data\" or "
        "\"value\" or \"value_base64\", \"cas\", \"ttl\"...}}, or patch, delete, "
        "undelete, destroy, rollback, metadata, metadata_delete, move, copy.\nDelete, undelete and "
        "destroy take \"versions\":[1,2], destroy also \"all\":true; rollback takes \"to\", move "
        "and "
        "copy \"from\" and \"to\",\npatch \"patch\"; a member that is not known is refused with "
        "those "
        "that are.",
        "coffer bulk operations.json --dry-run"),
    COFFER_VERB(
        "export", verb_export,
        "Writes secrets with their values.\n--as json without a PREFIX is the whole store, as "
        "import takes it back: histories, who uses what,\nconfigs, settings and policy.",
        "coffer export ingestion --as json --history -o ingestion.json"),
    COFFER_VERB(
        "import", verb_import,
        "Brings secrets in, and what else an export tells of.\nAll of it or nothing; of a "
        "document larger than 32 MiB all is tried before the first part is written.\nWhat is "
        "in the store already and differs is refused unless said.",
        "coffer import secrets.env --as dotenv --prefix ingestion/my-job --dry-run"),
    COFFER_VERB(
        "migrate", verb_migrate,
        "Copies secrets from another store, with history and users, and verifies them.\nWithout a "
        "PREFIX its configs, settings and policy come too. It can be interrupted and started "
        "again;\nnothing is removed unless said.",
        "coffer migrate team-a --from /var/lib/old --from-key file:///etc/old.key"),
    COFFER_VERB("run", verb_run, "Runs a command with secrets in its environment.",
                "coffer run --only ingestion/my-job -- ./job.sh"),
    COFFER_VERB("exec", verb_run, "The same as run.", "coffer exec --only ingestion/my-job -- env"),
    COFFER_VERB("env", verb_env, "Writes secrets as a shell, a program or a cluster reads them.",
                "coffer env --as kubernetes --name db --only ingestion/my-job"),
    COFFER_VERB("inject", verb_inject, "Fills a template with the secrets that it refers to.",
                "coffer inject -i app.conf.tpl -o app.conf"),
    COFFER_VERB("secrets", verb_secrets,
                "Sets, gets, lists and deletes the secrets of a data job.\nThey are one JSON "
                "object at TEAM/JOB, of at most 1 MiB.",
                "coffer secrets -t ingestion -n my-job --set redshift-password"),
    COFFER_VERB("resource apply", verb_resource_apply,
                "Brings secrets, and what uses them, to what a YAML manifest says.",
                "coffer resource apply -f mydepot-r.yaml"),
    COFFER_VERB("resource create", verb_resource_create,
                "The same for resources that must not be there yet.",
                "coffer resource create -f secrets/ -R --workspace public"),
    COFFER_VERB("resource update", verb_resource_update,
                "The same for resources that must be there.",
                "coffer resource update -f mydepot-r.yaml --lint"),
    COFFER_VERB("resource get", verb_resource_get, "Lists resources, never a value.",
                "coffer resource get -t instance-secret -n mydepot-r -d"),
    COFFER_VERB("resource delete", verb_resource_delete,
                "Destroys resources that nothing depends on.",
                "coffer resource delete -t instance-secret -n mydepot-r"),
    COFFER_VERB("resource log", verb_resource_log, "Tells what became of a resource.",
                "coffer resource log -t instance-secret -n mydepot-r"),
    COFFER_VERB("refs", verb_refs,
                "Tells who uses a secret.\n`refs add REF USER` notes an outside user, `refs remove "
                "REF USER` ends that.",
                "coffer refs add ingestion/my-job nightly-report"),
    COFFER_VERB(
        "sweep", verb_sweep,
        "Destroys what expired and what no config refers to any more, and erases what trimming "
        "and moving left.",
        "coffer sweep --dry-run --grace 7d"),
    COFFER_VERB("config put", verb_config_put,
                "Stores a connector config; its secrets become versions of their own.",
                "coffer config put source-1 --spec spec.json --input full.json"),
    COFFER_VERB("config patch", verb_config_patch,
                "Changes a part of a stored config by a JSON Merge Patch.",
                "coffer config patch source-1 --input change.json --revision 3"),
    COFFER_VERB("config stage", verb_config_stage,
                "First half of a put, for a document kept in another database.\nIts new versions "
                "end by themselves unless `config commit` follows in time.",
                "coffer config stage source-1 --spec spec.json --input full.json --lease 15m"),
    COFFER_VERB("config commit", verb_config_commit,
                "Second half: makes the staged document the config's.",
                "coffer config commit source-1 7b0c5c4e-93c6-4f6e-8a77-0d7c2f1be2a4"),
    COFFER_VERB("config abandon", verb_config_abandon, "Destroys what was staged.",
                "coffer config abandon source-1 7b0c5c4e-93c6-4f6e-8a77-0d7c2f1be2a4"),
    COFFER_VERB("config copy", verb_config_copy,
                "Makes another config of a stored one, with secrets of its own; shows no value.",
                "coffer config copy source-1 source-2"),
    COFFER_VERB("config rename", verb_config_rename,
                "Gives a config another name; its secrets keep their coordinates.",
                "coffer config rename source-1 orders"),
    COFFER_VERB("config get", verb_config_get, "Writes a stored config, masked unless said.",
                "coffer config get source-1 --reveal"),
    COFFER_VERB("config list", verb_config_list, "Lists the stored configs.", "coffer config list"),
    COFFER_VERB("config delete", verb_config_delete,
                "Drops a config and destroys what only it referred to.",
                "coffer config delete source-1"),
    COFFER_VERB("config hydrate", verb_config_hydrate,
                "Puts the values back into a partial config document.",
                "coffer config hydrate partial.json --id source-1"),
    COFFER_VERB("config check", verb_config_check,
                "Splits a config for a check run; its secrets expire by themselves.",
                "coffer config check --spec spec.json --input full.json --ttl 2h"),
    COFFER_VERB("config import", verb_config_import,
                "Takes in a partial document in Airbyte's form and the values behind it.",
                "coffer config import source-1 --spec spec.json --input partial.json --payloads "
                "payloads.json"),
    COFFER_VERB("config end-check", verb_config_end_check,
                "Destroys what a check minted before its time is over.",
                "coffer config end-check partial.json"),
    COFFER_VERB("key list", verb_key_list, "Lists the key slots.", "coffer key list"),
    COFFER_VERB("key add", verb_key_add, "Adds a key slot: one more key that opens the store.",
                "coffer key add file:///media/usb/spare.key"),
    COFFER_VERB("key remove", verb_key_remove, "Removes a key slot.", "coffer key remove 2"),
    COFFER_VERB("key rewrap", verb_key_rewrap,
                "Wraps the master key anew, for one slot or all of them.\nAfter a provider (a KMS, "
                "Vault, a token) has rotated its own key, so that the slot uses the new one.",
                "coffer key rewrap 2"),
    COFFER_VERB("key rotate", verb_key_rotate,
                "Puts a new master key in place of the old one, or with --data new bucket keys.",
                "coffer key rotate --without 3"),
    COFFER_VERB("key test", verb_key_test, "Tries whether a key slot opens.", "coffer key test 2"),
    COFFER_VERB("watch", verb_watch,
                "Tells what happens to secrets, as it happens, without values.",
                "coffer watch ingestion --cursor /var/lib/agent/cursor --exec ./on-change.sh"),
    COFFER_VERB("anchor set", verb_anchor_set,
                "Keeps on other media, or in a TPM, how far the store has come.",
                "coffer anchor set file:///media/usb/coffer.anchor"),
    COFFER_VERB("anchor show", verb_anchor_show, "Tells what the anchor says.",
                "coffer anchor show"),
    COFFER_VERB("anchor update", verb_anchor_update, "Tells the anchor of the newest commit now.",
                "coffer anchor update"),
    COFFER_VERB("anchor accept", verb_anchor_accept,
                "Takes an older copy for the store from now on; the audit log tells of it.",
                "coffer anchor accept"),
    COFFER_VERB("anchor remove", verb_anchor_remove,
                "Gives the anchor up, also one whose medium is lost.", "coffer anchor remove -y"),
    COFFER_VERB("audit list", verb_audit_list,
                "Tells who did what, or was refused it; names, never a value.",
                "coffer audit list --prefix ingestion --since 7d --refused"),
    COFFER_VERB("audit verify", verb_audit_verify,
                "Checks the chain of the audit log and names the first broken record.",
                "coffer audit verify"),
    COFFER_VERB("audit prune", verb_audit_prune,
                "Removes the oldest audit records; what is left stays provable.",
                "coffer audit prune --before 365d"),
    COFFER_VERB("receipt verify", verb_receipt_verify,
                "Checks receipts of what was erased; an altered one is refused.",
                "coffer destroy a/db --all --receipt > gone.json; coffer receipt verify gone.json"),
    COFFER_VERB("clock accept", verb_clock_accept,
                "Takes the clock's time for the store's, after the clock once ran ahead.",
                "coffer clock accept --reason 'the battery was changed'"),
    COFFER_VERB("policy show", verb_policy_show, "Tells the rules of who may do what.",
                "coffer policy show --format json > policy.json"),
    COFFER_VERB("policy allow", verb_policy_allow,
                "Adds a rule that allows. The first one turns the policy on, so it must leave "
                "somebody `admin`.",
                "coffer policy allow user:$USER all '**'"),
    COFFER_VERB("policy deny", verb_policy_deny, "Adds a rule that denies, and so wins.",
                "coffer policy deny group:interns reveal,delete 'team/**' --tag production"),
    COFFER_VERB("policy role", verb_policy_role,
                "Gives users and groups one name, which rules mean them by.",
                "coffer policy role operators user:ann,group:ops"),
    COFFER_VERB("policy write-only", verb_policy_write_only,
                "Shows a value to nobody any more; those who may use it hand it to programs.",
                "coffer policy write-only 'ingestion/**'"),
    COFFER_VERB("policy remove", verb_policy_remove, "Takes a rule away, or all of them.",
                "coffer policy remove 3"),
    COFFER_VERB("policy set", verb_policy_set, "Puts a whole policy in place of the one there is.",
                "coffer policy set policy.json --revision 4"),
    COFFER_VERB("policy test", verb_policy_test,
                "Tells whether somebody may do something, and which rule decides.",
                "coffer policy test user:ann reveal ingestion/redshift --group etl"),
    COFFER_VERB("status", verb_status, "Tells the state of the store.", "coffer status"),
    COFFER_VERB("verify", verb_verify, "Opens every record and tells what is damaged.",
                "coffer verify"),
    COFFER_VERB("help", verb_help, "Tells about a verb, or the exit codes.", "coffer help put"),
    COFFER_VERB("version", verb_version, "Tells the version.", "coffer version"),
};
#undef COFFER_VERB

// A word of which more than every third letter is wrong is another word.
std::size_t farthest_for(std::string_view word) {
  return word.size() < 2 ? 0 : word.size() < 6 ? 1 : kFarthestWord;
}

const Verb* nearest_verb(std::string_view name) {
  if (const Verb* meant = find_verb(verb_called(name))) return meant;
  if (name.size() > kLongestWord) return nullptr;
  const Verb* nearest = nullptr;
  std::size_t least = farthest_for(name) + 1;
  for (const Verb& verb : kVerbs) {
    const std::size_t distance = word_distance(name, verb.text.name);
    if (distance < least) {
      least = distance;
      nearest = &verb;
    }
  }
  return nearest;
}

// The word behind is looked at, as in `kv put` or `confg list`, but never told: it may be a value.
Error unknown_verb(std::string_view name, std::optional<std::string_view> next) {
  const Verb* nearest = nullptr;
  if (next) nearest = nearest_verb(std::string(name) + ' ' + std::string(*next));
  if (nearest == nullptr) nearest = nearest_verb(name);
  const Literal hint =
      nearest != nullptr ? nearest->nearest : Literal("`coffer help` lists the verbs");
  return Error(ErrorCode::usage, "there is no such verb", hint)
      .about(Subject::Kind::name, name.substr(0, kLongestWord));
}

VerbResult dispatch_group(Arguments& arguments, const std::string& group) {
  const std::optional<std::string_view> second = arguments.take_word();
  if (!second && arguments.has("-h", "--help")) {
    COFFER_TRY(write_group(group));
    return 0;
  }
  if (!second) {
    set_hint("one of " + second_words(group) + ": `coffer help " + group + "` tells of them");
    return Error(ErrorCode::usage, "say which of its verbs").about(Subject::Kind::name, group);
  }
  const std::string name = group + ' ' + std::string(*second);
  const Verb* verb = find_verb(name);
  if (verb != nullptr) return verb->run(arguments, verb->text);
  if (nearest_verb(name) == nullptr) {
    set_hint("there are " + second_words(group) + ": `coffer help " + group + "` tells of them");
  }
  return unknown_verb(name, {});
}

}  // namespace

std::span<const Verb> all_verbs() { return kVerbs; }

const Verb* find_verb(std::string_view name) {
  const auto found = std::find_if(kVerbs.begin(), kVerbs.end(),
                                  [name](const Verb& verb) { return name == verb.text.name; });
  return found == kVerbs.end() ? nullptr : &*found;
}

VerbResult dispatch(Arguments& arguments) {
  const std::optional<std::string_view> first = arguments.take_word();
  if (!first) {
    if (arguments.has("-V", "--version"))
      return verb_version(arguments, find_verb("version")->text);
    if (arguments.has("-h", "--help")) {
      COFFER_TRY(write_overview());
      return 0;
    }
    return Error(ErrorCode::usage, "say what to do", "`coffer help` lists the verbs");
  }
  const std::string name(*first);
  if (is_group(name)) return dispatch_group(arguments, name);
  const Verb* verb = find_verb(name);
  if (verb == nullptr) return unknown_verb(name, arguments.take_word());
  return verb->run(arguments, verb->text);
}

}  // namespace coffer::tools
