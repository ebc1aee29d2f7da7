// Libraries that are loaded when the first key needs them: a program that uses none of them
// neither links nor starts with any.
#pragma once

#include <coffer/result.h>

#include <string>

#include "keys/provider_failure.h"

namespace coffer::keys {

/// Loaded until the process ends: such libraries do not like to be unloaded.
class SharedLibrary {
 public:
  /// `name` as dlopen takes it: a path, or a soname for the system to find.
  /// Errors: key_unavailable, about `name`.
  static Result<SharedLibrary> load(const std::string& name);

  /// Sets `function`, or answers false.
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

}  // namespace coffer::keys
