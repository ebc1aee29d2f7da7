// The secrets that a workload gets: each has a name, a value and the place it comes from.
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
  /// Adding a name twice from the same origin counts once. Errors: usage (the name is taken by
  /// another origin).
  Result<void> add(std::string_view name, std::string_view value, std::string_view origin);

  bool empty() const { return bindings_.empty(); }
  const std::vector<Binding>& all() const { return bindings_; }

 private:
  std::vector<Binding> bindings_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

/// Letters, digits and '_', not beginning with a digit, as every shell accepts.
bool is_variable_name(std::string_view name);
/// Errors: usage (not such a name).
Result<void> check_variable_name(std::string_view name);

}  // namespace coffer::tools
