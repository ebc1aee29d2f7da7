// Libraries that are loaded at their first use, so that other programs do not need them.
#pragma once

#include <optional>
#include <string>

namespace coffer {

/// Stays loaded until the process ends, because such libraries do not support unloading.
class SharedLibrary {
 public:
  /// `name` is a path, or a soname that dlopen looks up. nullopt: the library cannot be loaded.
  static std::optional<SharedLibrary> load(const std::string& name);

  /// Sets `function`; returns false if the library lacks it.
  template <typename Function>
  bool find(const char* symbol, Function*& function) const {
    function = reinterpret_cast<Function*>(address_of(symbol));
    return function != nullptr;
  }

 private:
  explicit SharedLibrary(void* handle) : handle_(handle) {}
  void* address_of(const char* symbol) const;
  void* handle_;
};

}  // namespace coffer
