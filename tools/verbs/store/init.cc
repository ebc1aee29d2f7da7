// coffer init
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/command/fail.h"
#include "tools/command/opening/context.h"
#include "tools/command/opening/key_names.h"
#include "tools/command/opening/new_key.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/prompt.h"
#include "tools/command/verb.h"

namespace coffer::tools {
namespace {

// A key file must not be made for a store that then cannot be.
Result<void> check_room(const std::string& directory) {
  if (access((directory + "/keyring").c_str(), F_OK) == 0) {
    return Error(ErrorCode::no_store, "there is a store here already",
                 "`coffer status` tells about it")
        .about(Subject::Kind::file, directory);
  }
  return {};
}

// ~/.local/share need not be there on a fresh account.
Result<void> make_parents(const std::string& directory) {
  for (std::size_t slash = directory.find('/', 1); slash != std::string::npos;
       slash = directory.find('/', slash + 1)) {
    const std::string parent = directory.substr(0, slash);
    if (mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) {
      return Error(ErrorCode::io, "cannot make the directory")
          .about(Subject::Kind::file, parent)
          .with_errno(errno);
    }
  }
  return {};
}

Result<std::vector<KeySource>> keys_for(const Context& context) {
  std::vector<KeySource> keys = context.keys();
  if (keys.empty()) {
    if (!can_ask()) {
      return Error(ErrorCode::usage, "no key is given",
                   "`coffer init --key file:///PATH` makes the key file if it does not exist");
    }
    keys.push_back(COFFER_TRY(parse_key("passphrase:")));
  }
  return keys;
}

// The key files that are made for the store, and go where it comes to nothing.
class NewKeyFiles {
 public:
  ~NewKeyFiles() {
    for (const KeySource* key : made_) forget_key_file(*key);
  }
  Result<void> make(const std::vector<KeySource>& keys) {
    for (const KeySource& key : keys) {
      const bool is_new = lacks_key_file(key);
      COFFER_TRY(make_missing_key_file(key));
      if (is_new) made_.push_back(&key);
    }
    return {};
  }
  void keep() {
    for (const KeySource* key : made_) note_key_file(*key);
    made_.clear();
  }

 private:
  std::vector<const KeySource*> made_;
};

VerbResult verb_init(Arguments& arguments, const VerbText& text) {
  std::optional<std::string> epoch_home;
  Syntax syntax(arguments, text);
  syntax.option("--epoch-home", epoch_home, "URI",
                "Keep epoch keys in a TPM (tpm2:...?nv=INDEX, two indices) and not in the keyring: "
                "where the disk forgets nothing, destroying is final all the same");
  if (!COFFER_TRY(syntax.parse())) return 0;
  const Context context = COFFER_TRY(Context::from(syntax.globals()));
  COFFER_TRY(check_room(context.directory()));
  if (context.is_default_directory()) COFFER_TRY(make_parents(context.directory()));
  std::vector<KeySource> keys = COFFER_TRY(keys_for(context));
  NewKeys shown(context.json());
  for (KeySource& key : keys) shown.show_for(key);
  CreateOptions options;
  options.epoch_home = epoch_home.value_or("");
  NewKeyFiles made;
  COFFER_TRY(made.make(keys));
  COFFER_TRY(Store::create(context.directory(), keys, options));
  made.keep();
  for (const KeySource& key : keys) warn_if_repeating(key);
  if (context.json()) {
    JsonText json;
    json.open('{').key("store").string(printable(context.directory()));
    json.key("slots").number(keys.size());
    shown.append_to(json);
    json.close('}');
    COFFER_TRY(json.write());
  } else {
    note("made the store " + context.directory());
    if (keys.size() == 1)
      note(
          "one key opens it, and without that it does not open: coffer key add recovery: makes a "
          "second way in, on paper");
  }
  return 0;
}

}  // namespace

extern constinit const Verb kInitVerb{
    {"init", "Makes a new store.", "coffer init --key file:///etc/agent/master.key"},
    Section::store,
    verb_init};

}  // namespace coffer::tools
