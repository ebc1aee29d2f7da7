// Which store a verb works on, the keys that open it, and the output format.
#pragma once

#include <coffer/store.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/command/arguments.h"
#include "tools/command/syntax.h"

namespace coffer::tools {

class Context {
 public:
  /// Takes each setting from the options, else from the environment, else its default. Errors:
  /// usage.
  static Result<Context> from(const Globals& globals);

  /// Opens the store. `sink` receives the receipts of everything erased through it, in addition to
  /// the file that --receipts names. Errors: as Store::open; usage (no key given and no terminal to
  /// ask for a passphrase).
  Result<Store> open(ReceiptSink sink = {}, AnchorDoubt doubt = AnchorDoubt::refuse) const;

  /// The same context for another store, which is opened by its own keys. Errors: usage.
  Result<Context> of_other_store(const std::string& directory,
                                 const std::vector<std::string>& keys) const;

  const std::string& directory() const { return directory_; }
  /// Whether the directory is the default one because the user named none.
  bool is_default_directory() const { return default_directory_; }
  bool json() const { return format_ == Format::json; }
  /// The keys that the user gave; may be empty.
  const std::vector<KeySource>& keys() const { return keys_; }
  /// The caller as the audit log names him, with his login if the store has a policy.
  Result<Actor> actor_for(Store& store) const;
  /// The caller without a login lookup; empty if he gave no name.
  const Actor& actor() const { return actor_; }
  /// The anchor that the option or the environment names; empty if neither does.
  const std::string& anchor() const { return anchor_; }
  void forget_anchor() { anchor_.clear(); }
  /// Looks up the login now, for work that goes on after a store without a policy is closed.
  void look_up_login();
  /// What happens to the values that are read; by default they are shown.
  void set_purpose(Purpose purpose) { actor_.purpose = purpose; }

 private:
  std::string directory_;
  bool default_directory_ = false;
  Format format_ = Format::table;
  bool verbose_ = false;
  Actor actor_;
  std::vector<KeySource> keys_;
  std::string receipts_;  // A file name; empty: none.
  std::string anchor_;    // The anchor's URI; empty: the one in the store's settings.

  Result<Store> open_with_keys(AnchorDoubt doubt) const;
  Actor login_actor() const;
};

/// Parses a key URI whose prompts ask on the terminal. Errors: usage.
Result<KeySource> parse_key(std::string_view uri);

/// Creates the key file of a `file:` source if it does not exist. Errors: io.
Result<void> make_missing_key_file(const KeySource& key);
/// Reports the new key file. Call it after the store was opened; a failed command removes the file.
void note_key_file(const KeySource& key);

}  // namespace coffer::tools
