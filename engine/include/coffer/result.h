// Result<T>: a value or an Error. The compiler warns if a caller ignores it.
#pragma once

#include <coffer/error.h>
#include <coffer/export.h>

#include <cstdlib>
#include <utility>
#include <variant>

namespace coffer {

namespace detail {
[[noreturn]] COFFER_API void result_misused();
}

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return Error(...)` read best.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// To take the value of an error is a bug, and stops the process.
  T& value() & {
    require(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    require(ok());
    return *std::get_if<0>(&state_);
  }
  /// By value: a loop over `store.list("").value()` would outlive a reference into the Result.
  T value() && {
    require(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    require(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    require(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  static void require(bool holds) {
    if (!holds) detail::result_misused();
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const {
    if (!ok()) detail::result_misused();
  }
  const Error& error() const& {
    if (ok()) detail::result_misused();
    return *error_;
  }
  Error&& error() && {
    if (ok()) detail::result_misused();
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace coffer

/// `auto x = COFFER_TRY(f());` returns an error to the caller, or yields the value (also void).
#define COFFER_TRY(...) COFFER_TRY_NAMED(COFFER_JOIN(coffer_try_, __COUNTER__), __VA_ARGS__)
// In a braced list it must come first: a return would never destroy what the list has made before
// it. Each use has a name of its own, so that one use may be inside another.
#define COFFER_TRY_NAMED(name, ...)                 \
  __extension__({                                   \
    auto name = (__VA_ARGS__);                      \
    if (!name.ok()) return std::move(name).error(); \
    std::move(name).value();                        \
  })
#define COFFER_JOIN(a, b) COFFER_JOIN_EXPANDED(a, b)
#define COFFER_JOIN_EXPANDED(a, b) a##b
