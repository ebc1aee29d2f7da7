#include "tools/command/secret/absent_secret.h"

#include <string>
#include <vector>

namespace coffer::tools {
namespace {

bool is_about(const Error& error, std::string_view path) {
  return error.subject() != nullptr && error.subject()->text == path;
}

// A listing leaves out what the caller may not see.
template <typename AnyStore>
bool is_folder(AnyStore& store, std::string_view path) {
  const Result<std::vector<std::string>> below = store.list(path, {.state = ListState::all});
  return below && !below->empty();
}

Error folder(std::string_view path, Literal hint) {
  return Error(ErrorCode::not_found, "this is a folder, not a secret", hint)
      .about(Subject::Kind::path, path);
}

}  // namespace

Error absent_secret(Store& store, Error error, std::string_view path, Literal hint) {
  if (!is_about(error, path)) return error;
  // The error may be about a version of an existing secret; and a caller who may not list learns
  // nothing.
  const Result<bool> may_look = store.policies().may(UseCase::list, "secret:" + std::string(path));
  if (!may_look || !*may_look || store.metadata(path)) return error;
  return is_folder(store, path) ? folder(path, hint) : error;
}

Error absent_secret(const Snapshot& store, Error error, std::string_view path, Literal hint) {
  return is_about(error, path) && is_folder(store, path) ? folder(path, hint) : error;
}

}  // namespace coffer::tools
