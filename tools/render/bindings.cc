#include "tools/render/bindings.h"

#include "text/ascii.h"

namespace coffer::tools {

Result<void> Bindings::add(std::string_view name, std::string_view value, std::string_view origin) {
  const auto [found, is_new] = by_name_.emplace(name, bindings_.size());
  if (!is_new) {
    if (bindings_[found->second].origin == origin) return {};
    return Error(ErrorCode::usage, "this variable is given two secrets",
                 "choose by --only, or rename one by --map")
        .about(Subject::Kind::name, name);
  }
  bindings_.push_back({std::string(name), SecretBytes::copy_of(value), std::string(origin)});
  return {};
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !ascii::is_digit(name.front()) && ascii::holds_only(name, "_");
}

Result<void> check_variable_name(std::string_view name) {
  if (is_variable_name(name)) return {};
  return Error(ErrorCode::usage, "cannot be the name of an environment variable",
               "give it another one: --map NAME=coffer://PATH#FIELD, or choose by --only")
      .about(Subject::Kind::name, name);
}

}  // namespace coffer::tools
