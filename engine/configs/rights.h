// What the caller of a config call may do, asked of whoever knows a policy: this floor knows none.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <string_view>

namespace coffer::configs {

/// A function that is not set allows everything.
struct ConfigRights {
  /// Whether he may come to know the value of a secret of the config. Where not, nothing is
  /// compared with it: a value that he gives is always a new one.
  std::function<Result<bool>(std::string_view base)> may_know = {};
  /// Whether he may take a coordinate into the config that it does not hold. Errors: denied.
  std::function<Result<void>(std::string_view coordinate)> bring_in = {};
  /// Whether he may make a secret of this name. Errors: denied.
  std::function<Result<void>(std::string_view base)> create = {};
  /// Whether he may be told the document. Where not, no element of a list is found again by what
  /// stands in it, for that would tell whether he guessed it.
  bool may_list = true;
};

}  // namespace coffer::configs
