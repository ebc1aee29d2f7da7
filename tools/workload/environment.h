// The environment of a child process: inherited variables, overridden by secrets.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tools/render/bindings.h"

namespace coffer::tools {

class Environment {
 public:
  /// Errors: usage (bad name, a NUL in the value, a name set before), limit.
  Result<void> set(std::string_view name, std::string_view value, std::string_view origin);
  /// Sets all of them, or none if one fails.
  Result<void> set_all(const Bindings& bindings);
  /// Lets the child inherit the store's own variables too, such as its key.
  void keep_keys() { keeps_keys_ = true; }
  /// Inherits only the few variables that most programs need: PATH, HOME, USER, LOGNAME, SHELL,
  /// TERM, LANG, LC_*, TZ, TMPDIR.
  void start_pristine() { pristine_ = true; }

  /// Null-terminated `NAME=value` entries, valid until wipe(). Variables that were set hide
  /// inherited ones.
  char* const* block();
  void wipe();
  bool is_set(std::string_view name) const { return names_.contains(std::string(name)); }

 private:
  struct Entry {
    std::string name;
    SecretBytes text;
  };
  std::vector<Entry> entries_;
  std::unordered_set<std::string> names_;
  std::vector<std::string> inherited_;
  std::vector<char*> block_;
  bool pristine_ = false;
  bool keeps_keys_ = false;
};

}  // namespace coffer::tools
