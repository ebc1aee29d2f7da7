// Describes the words and options of one verb, and the common options.
// Only the verb that runs is described to the option parser, so that a command does not pay for all
// verbs at every start.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/command/arguments.h"

namespace coffer::tools {

/// The options that every verb takes, before or after its name.
struct Globals {
  std::optional<std::string> store;
  std::vector<std::string> keys;
  std::optional<std::string> format;
  std::optional<std::string> actor;
  std::optional<std::string> reason;
  std::optional<std::string> correlation;
  std::optional<std::string> receipts;
  std::optional<std::string> anchor;
  bool verbose = false;
};

struct CommonOption {
  const char* name;
  const char* value;     ///< Empty: the option takes no value.
  const char* variable;  ///< The environment variable that sets it too; empty: none.
  const char* help;
};

/// The common options, for help texts.
std::span<const CommonOption> common_options();

/// A verb's name, purpose and example, all literal text.
struct VerbText {
  const char* name;
  const char* summary;
  const char* example;
};

class Syntax {
 public:
  Syntax(Arguments& arguments, const VerbText& verb);
  ~Syntax();
  Syntax(const Syntax&) = delete;
  Syntax& operator=(const Syntax&) = delete;

  // parse() fills the targets, so they must outlive it.
  void word(const char* name, std::string& into, const char* help);
  void optional_word(const char* name, std::optional<std::string>& into, const char* help);
  void secret_words(const char* name, std::vector<SecretBytes>& into, const char* help);
  void option(const char* name, std::optional<std::string>& into, const char* value,
              const char* help);
  void repeated(const char* name, std::vector<std::string>& into, const char* value,
                const char* help);
  void flag(const char* name, bool& into, const char* help);
  /// Adds text that the verb's help shows before its example.
  void explain(const std::string& text);
  /// `--name` gives "true", `--name=true|false` the text after `=`.
  void switch_flag(const char* name, std::optional<std::string>& into, const char* help);

  /// False if help was asked for and printed: nothing is left to do. Errors: usage, io (help could
  /// not be written).
  Result<bool> parse();
  const Globals& globals() const { return globals_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Globals globals_;
};

}  // namespace coffer::tools
