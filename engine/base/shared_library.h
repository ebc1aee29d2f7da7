// Libraries that are loaded when they are first needed: a program that uses none of them neither
// links nor starts with any.
#pragma once

#include <optional>
#include <string>

namespace coffer {

/// Loaded until the process ends: such libraries do not like to be unloaded.
class SharedLibrary {
 public:
  /// `name` as dlopen takes it: a path, or a soname for the system to find. None: it cannot be had.
  static std::optional<SharedLibrary> load(const std::string& name);

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

}  // namespace coffer
