// The environment of a child: what this process inherited, and secrets over it.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

class Environment {
 public:
  /// `origin` names where the value comes from (a reference, not a value): the same variable
  /// from the same origin twice is one, from two is refused.
  /// Errors: usage (bad name, two secrets for one variable, a NUL in the value), limit.
  Result<void> set(std::string_view name, std::string_view value, std::string_view origin);

  /// Null-terminated `NAME=value` entries, good until wipe(). A secret beats what was inherited.
  char* const* block();
  void wipe();

 private:
  struct Variable {
    std::string name;
    std::string origin;
    SecretBytes entry;
  };
  std::vector<Variable> variables_;
  std::vector<char*> block_;
};

}  // namespace coffer::tools
