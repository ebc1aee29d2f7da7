// What one verb takes: its words and options, and the global options.
//
// Only the verb that runs is described to the option parser, so that a short
// command does not pay for all the others at every start.
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
  const char* value;     ///< Empty: it takes none.
  const char* variable;  ///< The environment's, which says the same; empty: there is none.
  const char* help;
};

/// The same, as they are told of.
std::span<const CommonOption> common_options();

/// What a verb is called, is for, and looks like in use; all of it literal text.
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

  // The targets must outlive parse(), which fills them.
  void word(const char* name, std::string& into, const char* help);
  void optional_word(const char* name, std::optional<std::string>& into, const char* help);
  void secret_words(const char* name, std::vector<SecretBytes>& into, const char* help);
  void option(const char* name, std::optional<std::string>& into, const char* value,
              const char* help);
  void repeated(const char* name, std::vector<std::string>& into, const char* value,
                const char* help);
  void flag(const char* name, bool& into, const char* help);
  /// Shown in the verb's help, before its example.
  void explain(const std::string& text);
  /// `--name`, or `--name=true|false`: the text behind `=`, "true" where there is none.
  void switch_flag(const char* name, std::optional<std::string>& into, const char* help);

  /// False where help was asked for, and given: there is nothing more to do.
  /// Errors: usage, io (help could not be written).
  Result<bool> parse();
  const Globals& globals() const { return globals_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  Globals globals_;
};

}  // namespace coffer::tools
