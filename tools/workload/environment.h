// The environment of a child: what this process inherited, and secrets over it.
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
  /// Errors: usage (bad name, a NUL in the value), limit.
  Result<void> set(std::string_view name, std::string_view value, std::string_view origin);
  /// All of them or none.
  Result<void> set_all(const Bindings& bindings);
  /// The store's own variables, its key among them, are inherited as well.
  void keep_keys() { keeps_keys_ = true; }
  /// Nothing is inherited but these few, without which hardly a program runs: PATH, HOME, USER,
  /// LOGNAME, SHELL, TERM, LANG, LC_*, TZ, TMPDIR.
  void start_pristine() { pristine_ = true; }

  /// Null-terminated `NAME=value` entries, good until wipe(). What was set beats what was
  /// inherited.
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
