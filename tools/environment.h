// The environment of a child: what this process inherited, and secrets over it.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/render/bindings.h"

namespace coffer::tools {

class Environment {
 public:
  /// Errors: usage (bad name, a NUL in the value), limit.
  Result<void> set(std::string_view name, std::string_view value, std::string_view origin);
  /// All of them or none.
  Result<void> set_all(const Bindings& bindings);
  /// Nothing is inherited but these few, without which hardly a program runs: PATH, HOME, USER,
  /// LOGNAME, SHELL, TERM, LANG, LC_*, TZ, TMPDIR.
  void start_pristine() { pristine_ = true; }

  /// Null-terminated `NAME=value` entries, good until wipe(). What was set beats what was
  /// inherited.
  char* const* block();
  void wipe();

 private:
  bool is_set(std::string_view name) const;
  struct Entry {
    std::string name;
    SecretBytes text;
  };
  std::vector<Entry> entries_;
  std::vector<char*> block_;
  bool pristine_ = false;
};

}  // namespace coffer::tools
