#include "keys/shared_library.h"

#include <dlfcn.h>

namespace coffer::keys {

Result<SharedLibrary> SharedLibrary::load(const std::string& name) {
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return Error{ErrorCode::key_unavailable, "the library cannot be loaded",
                 "install it, or name the right file in the key's URI"}
        .about(Subject::Kind::file, name);
  return SharedLibrary(handle);
}

void* SharedLibrary::address_of(const char* symbol) const { return ::dlsym(handle_, symbol); }

}  // namespace coffer::keys
