// coffer key list | add | remove | test
#include <coffer/store_directory.h>

#include <algorithm>

#include "text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/key_names.h"
#include "tools/command/opening/new_key.h"
#include "tools/command/opening/slot_words.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

Error no_such_slot(std::string_view slot) {
  return Error(ErrorCode::not_found, "there is no such key slot", "`coffer key list` shows them")
      .about(Subject::Kind::name, slot);
}

Result<void> write_slots_json(const std::vector<KeySlotInfo>& slots, bool is_proven) {
  JsonText json;
  json.open('{').key("proven").boolean(is_proven).key("slots").open('[');
  for (const KeySlotInfo& slot : slots) {
    json.open('{').key("slot").number(static_cast<std::uint64_t>(slot.slot));
    json.key("provider").string(slot.provider).key("uri").string(printable(slot.uri));
    json.key("key_id").string(slot.key_id).key("created_time").time(slot.created_at_ms);
    json.key("last_used_time").time(slot.last_used_at_ms).close('}');
  }
  json.close(']').close('}');
  return json.write();
}

Result<void> write_slots_table(const std::vector<KeySlotInfo>& slots) {
  Table table({"SLOT", "PROVIDER", "URI", "KEY ID", "CREATED", "LAST USED"});
  for (const KeySlotInfo& slot : slots) {
    table.row({std::to_string(slot.slot), slot.provider, slot.uri, slot.key_id,
               text::print_time(slot.created_at_ms), text::print_time(slot.last_used_at_ms)});
  }
  return table.write();
}

std::string kinds_of_keys() {
  std::string text = "Kinds of keys:\n";
  for (std::size_t i = 0; i < key_kind_count(); ++i) {
    const KeyKind kind = key_kind(i);
    text += "  " + std::string(kind.form) + "\n      " + std::string(kind.what);
    text += kind.is_built ? "\n" : " (not in this build)\n";
  }
  text +=
      "A path alone is a key file. Wherever a URI takes file:PATH for a secret, credential:NAME "
      "is\n"
      "one of the service manager's (systemd's LoadCredential=). A PIN, an auth value, an "
      "endpoint=\n"
      "and a socket are used only where the caller names the key, by --key or COFFER_KEY: what "
      "the\n"
      "store alone says is anybody's who can write its files.\n";
  return text;
}

// Where no key opens the store, what ways in there are is what one wants to know.
bool may_list_unproven(ErrorCode code) {
  return code == ErrorCode::wrong_key || code == ErrorCode::key_unavailable ||
         code == ErrorCode::usage || code == ErrorCode::limit || code == ErrorCode::declined;
}

Result<std::vector<KeySlotInfo>> unproven_slots(const Context& context, Error why) {
  if (!may_list_unproven(why.code())) return why;
  auto slots = unproven_key_slots(context.directory());
  if (!slots) return why;
  warn(describe(why));
  warn(
      "no key opened the store: these are the slots that its keyring file names, and nothing "
      "proves them");
  return slots;
}

VerbResult verb_key_list(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  auto store = context.open();
  const std::vector<KeySlotInfo> slots =
      COFFER_TRY(store ? store->keys().slots() : unproven_slots(context, store.error()));
  COFFER_TRY(context.json() ? write_slots_json(slots, store.ok()) : write_slots_table(slots));
  return 0;
}

VerbResult verb_key_add(Arguments& arguments, const VerbText& text) {
  std::string uri;
  Syntax syntax(arguments, text);
  syntax.word("URI", uri, "The new key");
  syntax.explain(kinds_of_keys());
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  KeySource key = COFFER_TRY(parse_key(uri));
  NewKeys shown(context.json());
  shown.show_for(key);
  Store store = COFFER_TRY(context.open());
  const bool is_new = lacks_key_file(key);
  COFFER_TRY(make_missing_key_file(key));
  const auto slot = store.keys().add(key);
  if (!slot && is_new) forget_key_file(key);
  if (!slot) return slot.error();
  if (is_new) note_key_file(key);
  warn_if_repeating(key);
  if (context.json()) {
    JsonText json;
    json.open('{').key("slot").number(static_cast<std::uint64_t>(*slot));
    shown.append_to(json);
    json.close('}');
    COFFER_TRY(json.write());
  } else if (shown.has_shown()) {
    // A key on standard output goes to a file or a printer: nothing else belongs there.
    note("it is key slot " + std::to_string(*slot));
  } else {
    COFFER_TRY(write_line(std::to_string(*slot)));
  }
  return 0;
}

VerbResult verb_key_remove(Arguments& arguments, const VerbText& text) {
  std::string word;
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.word("SLOT", word, "Its number, as `coffer key list` shows it");
  syntax.flag("-y,--yes", yes, "Do not ask");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const int slot = COFFER_TRY(parse_slot(word));
  Store store = COFFER_TRY(context.open());
  const std::string lost = COFFER_TRY(confirm_giving_up(store, {slot}, context.keys(), yes));
  COFFER_TRY(store.keys().remove(slot));
  note_given_up(lost);
  return 0;
}

VerbResult verb_key_test(Arguments& arguments, const VerbText& text) {
  std::string word;
  Syntax syntax(arguments, text);
  syntax.word("SLOT", word, "Its number, as `coffer key list` shows it");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  const int number = COFFER_TRY(parse_slot(word));
  Store store = COFFER_TRY(context.open());
  const std::vector<KeySlotInfo> slots = COFFER_TRY(store.keys().slots());
  const auto slot = std::find_if(slots.begin(), slots.end(),
                                 [number](const KeySlotInfo& info) { return info.slot == number; });
  if (slot == slots.end()) return no_such_slot(word);
  const KeySource key = COFFER_TRY(parse_key(slot->uri));
  COFFER_TRY(store.keys().test(number, key));
  note("key slot " + word + " opens the store");
  return 0;
}

}  // namespace

extern constinit const Verb kKeyListVerb{{"key list", "Lists the key slots.", "coffer key list"},
                                         Section::keys,
                                         verb_key_list,
                                         "The key slots, any of which opens the store"};

extern constinit const Verb kKeyAddVerb{
    {"key add", "Adds a key slot: one more key that opens the store.",
     "coffer key add file:///media/usb/spare.key"},
    Section::keys,
    verb_key_add};

extern constinit const Verb kKeyRemoveVerb{
    {"key remove", "Removes a key slot.", "coffer key remove 2"}, Section::keys, verb_key_remove};

extern constinit const Verb kKeyTestVerb{
    {"key test", "Tests whether a key slot opens.", "coffer key test 2"},
    Section::keys,
    verb_key_test};

}  // namespace coffer::tools
