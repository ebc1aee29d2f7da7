// Which store, opened by which keys, told in which form.
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
  /// Options first, then the environment, then the defaults. Errors: usage.
  static Result<Context> from(const Globals& globals);

  /// Errors: as Store::open; usage (no key given, and nobody to ask for a passphrase).
  /// `sink` hears of what is erased through it, beside the file that --receipts names.
  Result<Store> open(ReceiptSink sink = {}, AnchorDoubt doubt = AnchorDoubt::refuse) const;

  /// The same for another store, which is opened by keys of its own. Errors: usage.
  Result<Context> of_other_store(const std::string& directory,
                                 const std::vector<std::string>& keys) const;

  const std::string& directory() const { return directory_; }
  /// Whether nobody named a directory.
  bool is_default_directory() const { return default_directory_; }
  bool json() const { return format_ == Format::json; }
  /// The keys given; none where none was.
  const std::vector<KeySource>& keys() const { return keys_; }
  /// Who the caller says he is, for the audit log; and, where the store has a policy, who he is.
  Result<Actor> actor_for(Store& store) const;
  /// The former alone; empty where nothing was said.
  const Actor& actor() const { return actor_; }
  /// The anchor named by option or environment; empty: none.
  const std::string& anchor() const { return anchor_; }
  void forget_anchor() { anchor_.clear(); }
  /// Finds out at once who the caller is: for what outlives a store without a policy.
  void look_up_login();
  /// What becomes of the values that are read; to be seen where nothing is said.
  void set_purpose(Purpose purpose) { actor_.purpose = purpose; }

 private:
  std::string directory_;
  bool default_directory_ = false;
  Format format_ = Format::table;
  bool verbose_ = false;
  Actor actor_;
  std::vector<KeySource> keys_;
  std::string receipts_;  // A file's name; empty: none.
  std::string anchor_;    // The anchor's URI; empty: where the store says.

  Result<Store> open_with_keys(AnchorDoubt doubt) const;
  Actor login_actor() const;
};

/// A key URI with the terminal behind its prompts. Errors: usage.
Result<KeySource> parse_key(std::string_view uri);

/// Makes the key file of a `file:` source that does not exist yet. Errors: io.
Result<void> make_missing_key_file(const KeySource& key);
/// Tells of it once something is opened by it: where that came to nothing, so does the file.
void note_key_file(const KeySource& key);

}  // namespace coffer::tools
