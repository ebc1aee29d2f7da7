// What the caller of a config operation may do. The API fills it in from the policy, which this
// floor does not know.
#pragma once

#include <coffer/result.h>

#include <functional>
#include <string_view>

namespace coffer::configs {

/// An unset function allows everything.
struct ConfigRights {
  /// Whether the caller may learn the value of a secret of the config. If not, the secret is never
  /// compared with a value that the caller gives, which then always counts as new.
  std::function<Result<bool>(std::string_view base)> may_know = {};
  /// Refuses a coordinate that the caller may not add to the config. Errors: denied.
  std::function<Result<void>(std::string_view coordinate)> bring_in = {};
  /// Refuses the name of a secret that the caller may not create. Errors: denied.
  std::function<Result<void>(std::string_view base)> create = {};
  /// Whether the caller may see the document. If not, elements of a list are never matched by their
  /// content, since a match would confirm a guess.
  bool may_list = true;
};

}  // namespace coffer::configs
