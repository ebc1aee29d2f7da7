// coffer anchor set | show | update | accept | remove
#include <filesystem>

#include "text/time_text.h"
#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

constexpr const char* kCadences[] = {"", "commit", "close", "shred"};

Result<AnchorCadence> parse_cadence(const std::optional<std::string>& word) {
  if (!word) return AnchorCadence::automatic;
  for (const AnchorCadence cadence :
       {AnchorCadence::commit, AnchorCadence::close, AnchorCadence::shred}) {
    if (*word == kCadences[static_cast<int>(cadence)]) return cadence;
  }
  return Error(ErrorCode::usage, "takes `commit`, `close` or `shred`")
      .about(Subject::Kind::name, "--every");
}

bool is_counter(const AnchorInfo& info) { return info.uri.starts_with("tpm2:"); }

bool is_behind(const AnchorInfo& info) {
  return is_counter(info) ? info.anchored_counter != info.counter
                          : info.anchored_sequence != info.sequence;
}

Result<void> write_json(const std::optional<AnchorInfo>& info) {
  JsonText json;
  json.open('{').key("anchor").string(info ? printable(info->uri) : "");
  if (info) {
    json.key("every").string(kCadences[static_cast<int>(info->cadence)]);
    json.key("sequence").number(info->sequence).key("root_hash").string(info->root_hash);
    if (is_counter(*info)) {
      json.key("counter").number(info->counter);
      json.key("anchored_counter").number(info->anchored_counter);
    } else {
      json.key("anchored_sequence").number(info->anchored_sequence);
      json.key("anchored_time").time(info->anchored_at_ms);
    }
    json.key("behind").boolean(is_behind(*info));
  }
  json.close('}');
  return json.write();
}

Result<void> write_table(const std::optional<AnchorInfo>& info) {
  if (!info) return write_line("the store has no anchor");
  Table table({"WHAT", "STATE"});
  table.row({"anchor", printable(info->uri)});
  table.row({"told at every", kCadences[static_cast<int>(info->cadence)]});
  table.row({"store's sequence", std::to_string(info->sequence)});
  table.row({"root hash", info->root_hash});
  if (is_counter(*info)) {
    table.row({"store's counter", std::to_string(info->counter)});
    table.row({"TPM's counter", std::to_string(info->anchored_counter)});
  } else {
    table.row({"anchored sequence", std::to_string(info->anchored_sequence)});
    table.row({"anchored at", text::print_time(info->anchored_at_ms)});
  }
  return table.write();
}

// Whether an open may have failed because of the anchor: its medium is lost, the anchor is of
// another store, or it is newer than the store. A refusal by the policy has another cause.
bool may_be_anchor(const Error& error) {
  return error.code() == ErrorCode::rolled_back || error.code() == ErrorCode::corrupt ||
         error.code() == ErrorCode::key_unavailable || error.code() == ErrorCode::io;
}

Result<bool> has_anchor(Store& store) { return !COFFER_TRY(store.status()).anchor.empty(); }

// For programs; the text form says nothing where nothing is left to do.
Result<void> tell(const Context& context, const char* what, bool is_done) {
  if (!context.json()) return {};
  JsonText json;
  json.open('{').key(what).boolean(is_done).close('}');
  return json.write();
}

bool stands_at(const std::string& uri) {
  constexpr std::string_view kFile = "file://";
  std::error_code ignored;
  return uri.starts_with(kFile) &&
         std::filesystem::symlink_status(uri.substr(kFile.size()), ignored).type() !=
             std::filesystem::file_type::not_found;
}

VerbResult verb_anchor_set(Arguments& arguments, const VerbText& text) {
  std::string uri;
  std::optional<std::string> every;
  Syntax syntax(arguments, text);
  syntax.word("URI", uri, "file:///PATH on other media, or tpm2:...?nv=INDEX, a counter");
  syntax.option("--every", every, "commit|close|shred",
                "When it is updated; the default is commit for a file, shred for a TPM");
  syntax.explain(
      "A copy of the store from before the last update of the anchor is refused (exit code 14). A "
      "copy from before the anchor was set does not refer to it: it is refused only where --anchor "
      "or COFFER_ANCHOR names the anchor.\ncommit: after each write; close: after each command or "
      "program; shred: after each destruction for good. A TPM's memory wears, and each update "
      "takes it tens of milliseconds.");
  if (!COFFER_TRY(syntax.parse())) return 0;
  Context context = COFFER_TRY(Context::from(syntax.globals()));
  // A script that names the anchor at each start also names it here, before it exists: then the
  // store alone decides. An anchor that exists already is asked too.
  const bool is_named = context.anchor() == uri;
  if (is_named && !stands_at(uri)) context.forget_anchor();
  const AnchorCadence cadence = COFFER_TRY(parse_cadence(every));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(store.anchor().set(uri, cadence));
  COFFER_TRY(tell(context, "set", true));
  if (!is_named)
    note("name it from now on, or a copy from before this is not refused: COFFER_ANCHOR=" + uri);
  return 0;
}

VerbResult verb_anchor_show(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  const std::optional<AnchorInfo> info = COFFER_TRY(store.anchor().get());
  COFFER_TRY(context.json() ? write_json(info) : write_table(info));
  return 0;
}

VerbResult verb_anchor_update(Arguments& arguments, const VerbText& text) {
  Syntax syntax(arguments, text);
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  Store store = COFFER_TRY(context.open());
  COFFER_TRY(store.anchor().update());
  return 0;
}

VerbResult verb_anchor_accept(Arguments& arguments, const VerbText& text) {
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.flag("-y,--yes", yes, "Do not ask");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  auto looked = context.open();
  if (looked) {
    if (!COFFER_TRY(has_anchor(*looked)))
      return Error(ErrorCode::not_found, "the store has no anchor",
                   "set one: coffer anchor set URI");
    if (!context.json()) note("the store and its anchor agree: there was nothing to accept");
    COFFER_TRY(tell(context, "accepted", false));
    return 0;
  }
  if (!may_be_anchor(looked.error())) return looked.error();
  COFFER_TRY(confirm("Take this copy for the store, though its anchor tells of a newer one?", yes));
  COFFER_TRY(context.open({}, AnchorDoubt::accept));
  COFFER_TRY(tell(context, "accepted", true));
  return 0;
}

VerbResult verb_anchor_remove(Arguments& arguments, const VerbText& text) {
  bool yes = false;
  Syntax syntax(arguments, text);
  syntax.flag("-y,--yes", yes, "Do not ask");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  auto store = context.open();
  if (!store && !may_be_anchor(store.error())) return store.error();
  const bool has_none = store && !COFFER_TRY(has_anchor(*store));
  if (!has_none)
    COFFER_TRY(confirm("Give up the anchor, so that an older copy is no longer refused?", yes));
  if (store) {
    COFFER_TRY(store->anchor().remove());
    COFFER_TRY(tell(context, "removed", true));
    return 0;
  }
  // Opening the store gives up an anchor that cannot be read or does not agree, if the caller may;
  // any other trouble comes again.
  COFFER_TRY(context.open({}, AnchorDoubt::give_up));
  COFFER_TRY(tell(context, "removed", true));
  return 0;
}

}  // namespace

extern constinit const Verb kAnchorSetVerb{
    {"anchor set", "Records on other media, or in a TPM, the newest commit of the store.",
     "coffer anchor set file:///media/usb/coffer.anchor"},
    Section::keys,
    verb_anchor_set,
    "A record outside the store of its newest commit"};

extern constinit const Verb kAnchorShowVerb{
    {"anchor show", "Shows what the anchor holds.", "coffer anchor show"},
    Section::keys,
    verb_anchor_show};

extern constinit const Verb kAnchorUpdateVerb{
    {"anchor update", "Writes the newest commit to the anchor now.", "coffer anchor update"},
    Section::keys,
    verb_anchor_update};

extern constinit const Verb kAnchorAcceptVerb{
    {"anchor accept", "Accepts an older copy as the store from now on; the audit log records that.",
     "coffer anchor accept"},
    Section::keys,
    verb_anchor_accept};

extern constinit const Verb kAnchorRemoveVerb{
    {"anchor remove", "Removes the anchor, even if its medium is lost.", "coffer anchor remove -y"},
    Section::keys,
    verb_anchor_remove};

}  // namespace coffer::tools
