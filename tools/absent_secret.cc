#include "tools/absent_secret.h"

#include <string>
#include <vector>

namespace coffer::tools {

Error absent_secret(Store& store, Error error, std::string_view path) {
  if (error.subject() == nullptr || error.subject()->text != path) return error;
  // A version may be missing of a secret that is there; a refusal is none of the caller's doing.
  const auto policy = store.has_policy();
  if (!policy || *policy || store.metadata(path)) return error;
  const Result<std::vector<std::string>> below = store.list(path, {.state = ListState::all});
  if (!below || below->empty()) return error;
  return Error(ErrorCode::not_found, "is a folder, and no secret has this path",
               "`coffer list PATH` names what is in it; `coffer metadata delete PATH --recursive` "
               "removes it with all below")
      .about(Subject::Kind::path, path);
}

}  // namespace coffer::tools
