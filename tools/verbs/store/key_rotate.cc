// coffer key rewrap | rotate
#include <unistd.h>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/key_environment.h"
#include "tools/command/opening/slot_words.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

constexpr char kWhatRotates[] =
    "Every slot is opened by the keys given with --key, else by its own URI; a passphrase, a\n"
    "recovery key or shares are asked for on a terminal, and stay valid. A slot whose key is\n"
    "missing stops the rotation, and nothing is changed: give its key, or drop it (--without).\n"
    "The master key and the epoch key are replaced; a dropped slot opens nothing from then on. An\n"
    "older copy of the store, with a key to it, still has its bucket keys: --data renews those.\n"
    "The key of names and of the audit log stays the same.\n"
    "With --data every bucket key is replaced, and every living version's data key is wrapped\n"
    "again under one of the new keys; values are not touched. Others can read and write "
    "meanwhile.\n"
    "It can be killed and run again, and continues; `coffer status` shows how far it is.\n";

std::string name_of(const KeySlotInfo& slot) {
  return "key slot " + std::to_string(slot.slot) + " (" + slot.provider + ")";
}

// Asks a person, and shows which slot the question is for.
Result<KeySource> ask_for(const KeySlotInfo& slot) {
  KeySource key = COFFER_TRY(parse_key(slot.uri));
  if (!key.asks_for().empty() && can_ask()) note("the key of " + name_of(slot) + ":");
  return key;
}

SlotKeyOptions slot_keys_of(const Context& context) {
  SlotKeyOptions options;
  options.keys = context.keys();
  options.source_of = ask_for;
  options.environment = environment_of_keys;
  return options;
}

std::string_view outcome_of(const RewrappedSlot& slot) {
  if (slot.skipped) return "skipped";
  if (slot.error) return "failed";
  return "rewrapped";
}

Result<void> write_rewrapped_json(const std::vector<RewrappedSlot>& slots) {
  JsonText json;
  json.open('{').key("slots").open('[');
  for (const RewrappedSlot& each : slots) {
    json.open('{').key("slot").number(static_cast<std::uint64_t>(each.slot.slot));
    json.key("provider").string(each.slot.provider).key("outcome").string(outcome_of(each));
    json.key("key_id").string(each.slot.key_id).key("key_id_before").string(each.key_id_before);
    json.key("code").string(each.error ? code_name(each.error->code()) : "");
    json.key("message").string(each.error ? each.error->text() : "").close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_rewrapped_table(const std::vector<RewrappedSlot>& slots) {
  Table table({"SLOT", "PROVIDER", "OUTCOME", "KEY ID", "WHY"});
  for (const RewrappedSlot& each : slots)
    table.row({std::to_string(each.slot.slot), each.slot.provider, std::string(outcome_of(each)),
               each.slot.key_id, each.error ? std::string(each.error->text()) : ""});
  return table.write();
}

Result<void> write_numbers(JsonText& json, const char* name, const std::vector<int>& slots) {
  json.key(name).open('[');
  for (const int slot : slots) json.number(static_cast<std::uint64_t>(slot));
  json.close(']');
  return {};
}

Result<int> rotate_master(const Context& context, const std::vector<std::string>& without,
                          bool yes) {
  RotateKeyOptions options;
  options.slot_keys = slot_keys_of(context);
  options.without = COFFER_TRY(parse_slots(without));
  Store store = COFFER_TRY(context.open());
  std::string lost;
  if (!without.empty())
    lost = COFFER_TRY(confirm_giving_up(store, options.without, context.keys(), yes));
  const RotateKeyReport report = COFFER_TRY(store.keys().rotate(options));
  note_given_up(lost);
  if (!context.json()) {
    note("the store has a new master key; it opens by " + std::to_string(report.slots.size()) +
         (report.slots.size() == 1 ? " key slot" : " key slots"));
    return 0;
  }
  JsonText json;
  json.open('{').key("generation").number(report.generation);
  COFFER_TRY(write_numbers(json, "slots", report.slots));
  COFFER_TRY(write_numbers(json, "given_up", report.given_up));
  json.key("epoch_before").number(report.epoch_before);
  json.key("epoch_after").number(report.epoch_after).close('}');
  COFFER_TRY(json.write());
  return 0;
}

// On a terminal, in one line that is written over.
bool show_progress(std::uint64_t done, std::uint64_t all) {
  if (isatty(STDERR_FILENO) == 0) return true;
  const std::string line = "\rcoffer: " + std::to_string(done) + " of " + std::to_string(all) +
                           " bucket keys are new" + (done == all ? "\n" : "");
  (void)write_all(STDERR_FILENO, as_bytes(line));
  return true;
}

Result<int> rotate_data(const Context& context) {
  Store store = COFFER_TRY(context.open());
  const RotateDataReport report =
      COFFER_TRY(store.keys().rotate_data({.progress = show_progress, .versions_at_once = 16'384}));
  if (!context.json()) {
    note("every bucket key is new; " + std::to_string(report.versions) +
         " data keys were wrapped again");
    return 0;
  }
  JsonText json;
  json.open('{').key("resumed").boolean(report.resumed).key("buckets").number(report.buckets);
  json.key("versions").number(report.versions).key("epoch_before").number(report.epoch_before);
  json.key("epoch_after").number(report.epoch_after).close('}');
  COFFER_TRY(json.write());
  return 0;
}

VerbResult verb_key_rewrap(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> word;
  Syntax syntax(arguments, text);
  syntax.optional_word("SLOT", word, "Its number; without one, every slot that can be reached");
  syntax.explain(
      "The former contents of the slot are overwritten. Without SLOT the verb shows each slot's "
      "outcome: a provider's slot that cannot be reached is `failed`, and the exit code says why; "
      "any other slot whose key is not at hand is `skipped`, because its key has not changed.\n");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const int slot = word ? COFFER_TRY(parse_slot(*word)) : 0;
  SlotKeyOptions options = slot_keys_of(context);
  // For all slots nobody is asked: a slot that a person opens gains nothing by a rewrap.
  if (!word) options.source_of = {};
  Store store = COFFER_TRY(context.open());
  const std::vector<RewrappedSlot> slots = COFFER_TRY(store.keys().rewrap(slot, options));
  COFFER_TRY(context.json() ? write_rewrapped_json(slots) : write_rewrapped_table(slots));
  for (const RewrappedSlot& each : slots) {
    if (!each.error || each.skipped) continue;
    Error error = *each.error;
    return std::move(error).about(Subject::Kind::name, name_of(each.slot));
  }
  return 0;
}

VerbResult verb_key_rotate(Arguments& arguments, const VerbText& text) {
  std::vector<std::string> without;
  bool yes = false;
  bool data = false;
  Syntax syntax(arguments, text);
  syntax.repeated("--without", without, "SLOT,...", "Give these slots up; may be repeated");
  syntax.flag("--data", data, "Replace the bucket keys instead of the master key");
  syntax.flag("-y,--yes", yes, "Do not ask");
  syntax.explain(kWhatRotates);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  if (!data) return rotate_master(context, without, yes);
  if (!without.empty())
    return Error(ErrorCode::usage, "--data replaces bucket keys only and removes no slot",
                 "rotate the master key first: coffer key rotate --without SLOT");
  return rotate_data(context);
}

}  // namespace

extern constinit const Verb kKeyRewrapVerb{
    {"key rewrap",
     "Wraps the master key again, for one slot or all of them.\nUse it after a provider (a KMS, "
     "Vault, a token) has rotated its own key, so that the slot uses the new one.",
     "coffer key rewrap 2"},
    Section::keys,
    verb_key_rewrap};

extern constinit const Verb kKeyRotateVerb{
    {"key rotate", "Replaces the master key by a new one, or with --data the bucket keys.",
     "coffer key rotate --without 3"},
    Section::keys,
    verb_key_rotate};

}  // namespace coffer::tools
