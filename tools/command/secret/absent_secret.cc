#include "tools/command/secret/absent_secret.h"

#include <string>
#include <vector>

namespace coffer::tools {
namespace {

bool is_about(const Error& error, std::string_view path) {
  return error.subject() != nullptr && error.subject()->text == path;
}

// What may not be seen is in no listing.
template <typename AnyStore>
bool is_folder(AnyStore& store, std::string_view path) {
  const Result<std::vector<std::string>> below = store.list(path, {.state = ListState::all});
  return below && !below->empty();
}

Error folder(std::string_view path, Literal hint) {
  return Error(ErrorCode::not_found, "is a folder, and no secret has this path", hint)
      .about(Subject::Kind::path, path);
}

}  // namespace

Error absent_secret(Store& store, Error error, std::string_view path, Literal hint) {
  if (!is_about(error, path)) return error;
  // A version may be missing of a secret that is there; a refusal is none of the caller's doing.
  const Result<bool> may_look = store.policies().may(UseCase::list, "secret:" + std::string(path));
  if (!may_look || !*may_look || store.metadata(path)) return error;
  return is_folder(store, path) ? folder(path, hint) : error;
}

Error absent_secret(const Snapshot& store, Error error, std::string_view path, Literal hint) {
  return is_about(error, path) && is_folder(store, path) ? folder(path, hint) : error;
}

}  // namespace coffer::tools
