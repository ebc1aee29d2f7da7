#include "keys/key_library.h"

namespace coffer::keys {

Result<SharedLibrary> load_key_library(const std::string& name) {
  const auto library = SharedLibrary::load(name);
  if (!library)
    return Error(ErrorCode::key_unavailable, "the library cannot be loaded",
                 "install it, or name the right file in the key's URI")
        .about(Subject::Kind::file, name);
  return *library;
}

}  // namespace coffer::keys
