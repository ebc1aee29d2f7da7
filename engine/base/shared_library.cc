#include "base/shared_library.h"

#include <dlfcn.h>

namespace coffer {

std::optional<SharedLibrary> SharedLibrary::load(const std::string& name) {
  void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  return SharedLibrary(handle);
}

void* SharedLibrary::address_of(const char* symbol) const { return ::dlsym(handle_, symbol); }

}  // namespace coffer
