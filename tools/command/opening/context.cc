#include "tools/command/opening/context.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "tools/command/fail.h"
#include "tools/command/log.h"
#include "tools/command/opening/key_environment.h"
#include "tools/command/opening/key_names.h"
#include "tools/command/opening/login.h"
#include "tools/command/opening/receipts.h"
#include "tools/command/streams/prompt.h"

namespace coffer::tools {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

Result<std::string> default_directory() {
  // The XDG base directory specification says to ignore relative paths here.
  if (const std::string_view data = environment("XDG_DATA_HOME"); data.starts_with('/'))
    return std::string(data) + "/coffer";
  if (const std::string_view home = environment("HOME"); home.starts_with('/'))
    return std::string(home) + "/.local/share/coffer";
  return Error(ErrorCode::usage,
               "no store is named, and no home directory is set for a default one",
               "name it with --store DIR or COFFER_STORE");
}

Result<Format> parse_format(std::string_view text, std::string_view whence) {
  if (text == "table") return Format::table;
  if (text == "json") return Format::json;
  return Error(ErrorCode::usage, "takes `table` or `json`").about(Subject::Kind::name, whence);
}

// `what` must outlive the prompt.
PassphrasePrompt prompt_for(std::string_view what) {
  return [what](bool again) -> Result<SecretBytes> {
    const std::string name(what);
    Result<SecretBytes> answer = ask_secret(name + ": ", again ? name + ", again: " : "");
    if (!answer && answer.error().code() == ErrorCode::usage) {
      return Error(ErrorCode::key_unavailable, "there is no terminal to ask for the key on",
                   "passphrase:?source=file:PATH takes it from a file, and so do the others");
    }
    return answer;
  };
}

}  // namespace

Result<KeySource> parse_key(std::string_view name) {
  KeySource key =
      COFFER_TRY(KeySource::parse(COFFER_TRY(key_uri_of(name)), {}, environment_of_keys));
  key.ask_by(prompt_for(key.asks_for()));
  return key;
}

Result<void> make_missing_key_file(const KeySource& key) {
  if (!lacks_key_file(key)) return {};
  return create_key_file(key.location());
}

void note_key_file(const KeySource& key) {
  note("made the key file " + key.location() + ": keep a copy of it away from the store");
}

Result<Context> Context::from(const Globals& globals) {
  Context context;
  context.verbose_ = globals.verbose;
  if (globals.format) {
    context.format_ = COFFER_TRY(parse_format(*globals.format, "--format"));
  } else if (const std::string_view set = environment("COFFER_FORMAT"); !set.empty()) {
    context.format_ = COFFER_TRY(parse_format(set, "COFFER_FORMAT"));
  }
  context.actor_.actor = globals.actor.value_or(std::string(environment("COFFER_ACTOR")));
  context.actor_.reason = globals.reason.value_or(std::string(environment("COFFER_REASON")));
  context.actor_.correlation =
      globals.correlation.value_or(std::string(environment("COFFER_CORRELATION")));
  // The number alone: login_actor() looks the name up when a policy needs it. --actor never sets
  // it.
  context.actor_.user = "#" + std::to_string(getuid());
  context.anchor_ = globals.anchor.value_or(std::string(environment("COFFER_ANCHOR")));
  context.receipts_ = globals.receipts.value_or(std::string(environment("COFFER_RECEIPTS")));
  if (globals.store) {
    context.directory_ = *globals.store;
  } else if (const std::string_view set = environment("COFFER_STORE"); !set.empty()) {
    context.directory_ = set;
  } else {
    context.directory_ = COFFER_TRY(default_directory());
    context.default_directory_ = true;
  }
  for (const std::string& uri : globals.keys) context.keys_.push_back(COFFER_TRY(parse_key(uri)));
  if (const std::string_view set = environment("COFFER_KEY");
      globals.keys.empty() && !set.empty()) {
    context.keys_.push_back(COFFER_TRY(parse_key(set)));
  }
  return context;
}

Result<Context> Context::of_other_store(const std::string& directory,
                                        const std::vector<std::string>& keys) const {
  Context other;
  other.directory_ = directory;
  other.format_ = format_;
  other.verbose_ = verbose_;
  other.actor_ = actor_;
  other.receipts_ = receipts_;
  for (const std::string& uri : keys) other.keys_.push_back(COFFER_TRY(parse_key(uri)));
  return other;
}

Result<Store> Context::open(ReceiptSink sink, AnchorDoubt doubt) const {
  ReceiptSink to_file;
  if (!receipts_.empty()) to_file = COFFER_TRY(receipts_to_file(receipts_));
  Store store = COFFER_TRY(open_with_keys(doubt));
  // Looking up the login costs more than opening a store, so it is done only if a policy needs it.
  if (COFFER_TRY(store.policies().in_force())) store = COFFER_TRY(store.as(login_actor()));
  if (sink || to_file) {
    store.audit().on_receipt([sink = std::move(sink), to_file](const ShredReceipt& receipt) {
      if (to_file) to_file(receipt);
      if (sink) sink(receipt);
    });
  }
  return store;
}

void Context::look_up_login() { actor_ = login_actor(); }

Result<Actor> Context::actor_for(Store& store) const {
  return COFFER_TRY(store.policies().in_force()) ? login_actor() : actor_;
}

// --actor is only a label. The operating system says whose rights count.
Actor Context::login_actor() const {
  Actor actor = actor_;
  actor.user = login_name();
  actor.groups = login_groups();
  return actor;
}

Result<Store> Context::open_with_keys(AnchorDoubt doubt) const {
  OpenOptions options;
  options.log = stderr_log(verbose_);
  // Accepting a store in doubt and giving up its anchor need the real user before the store is
  // opened.
  options.actor = doubt == AnchorDoubt::refuse ? actor_ : login_actor();
  options.anchor = anchor_;
  options.anchor_doubt = doubt;
  options.environment = environment_of_keys;
  if (keys_.empty() && can_ask()) options.prompt = prompt_for("Passphrase");
  auto store = Store::open(directory_, keys_, std::move(options));
  if (!store && store.error().code() == ErrorCode::no_store && store.error().subject() == nullptr)
    return std::move(store).error().about(Subject::Kind::file, directory_);
  return store;
}

}  // namespace coffer::tools
