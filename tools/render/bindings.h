// Secrets on their way to a workload: each a name, a value, and where it comes from.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coffer::tools {

struct Binding {
  std::string name;
  SecretBytes value;
  std::string origin;  ///< A reference, not a value.
};

class Bindings {
 public:
  /// The same name from the same origin twice is one; from two it is refused.
  /// Errors: usage (two secrets for one name).
  Result<void> add(std::string_view name, std::string_view value, std::string_view origin);

  bool empty() const { return bindings_.empty(); }
  const std::vector<Binding>& all() const { return bindings_; }

 private:
  std::vector<Binding> bindings_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

/// Letters, digits and '_', not beginning with a digit: what every shell takes for a name.
bool is_variable_name(std::string_view name);
/// Errors: usage (not such a name).
Result<void> check_variable_name(std::string_view name);

}  // namespace coffer::tools
