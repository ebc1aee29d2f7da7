// Shared by the files of the C interface: handles, the frame of a call, and options and reports
// that begin with their size.
#pragma once

#include <coffer/coffer.h>
#include <coffer/store.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

struct coffer_store {
  /// The open store, the transaction that a body writes into, or a snapshot.
  std::variant<coffer::Store, coffer::Transaction*, coffer::Snapshot> place;
  coffer::Actor actor = {};  ///< The caller for whom the store is open.
};
struct coffer_bytes {
  coffer::SecretBytes bytes;  ///< A NUL comes last; coffer_bytes_size leaves it out.
};

namespace coffer::c_api {

coffer_code report(const Error& error, coffer_error* out);
void report_no_memory(coffer_error* out);

Error null_argument();
Error only_the_open_store();
Error only_a_reader();

inline void empty(const void*) {}
inline void empty(coffer_bytes** out) { *out = nullptr; }
inline void empty(coffer_store** out) { *out = nullptr; }

/// Whether all arguments of a call are given. Sets the handles that the call would return to NULL.
template <typename... Pointers>
bool given(Pointers*... arguments) {
  ((arguments == nullptr ? void() : empty(arguments)), ...);
  return (... && (arguments != nullptr));
}

inline Result<void> settled(Result<void> result) { return result; }
template <typename T>
Result<void> settled(Result<T> result) {
  if (!result) return std::move(result).error();
  return {};
}

/// Runs the body of a call, which yields a Result. Memory that runs out becomes a code as well.
template <typename Body>
coffer_code run(coffer_error* error, bool is_given, const Body& body) noexcept {
  try {
    const Result<void> result = is_given ? settled(body()) : null_argument();
    return result ? COFFER_OK : report(result.error(), error);
  } catch (const std::bad_alloc&) {
    report_no_memory(error);
    return COFFER_LIMIT;
  }
}

/// A call on the open store: `body` takes a Store&.
template <typename Body>
coffer_code on_store(coffer_store* handle, coffer_error* error, bool is_given, const Body& body) {
  return run(error, is_given && handle != nullptr, [&]() -> Result<void> {
    Store* store = std::get_if<Store>(&handle->place);
    return store == nullptr ? only_the_open_store() : settled(body(*store));
  });
}

/// A call that writes: `body` takes a Store& or a Transaction&.
template <typename Body>
coffer_code writing(coffer_store* handle, coffer_error* error, bool is_given, const Body& body) {
  return run(error, is_given && handle != nullptr, [&]() -> Result<void> {
    if (Store* store = std::get_if<Store>(&handle->place)) return settled(body(*store));
    Transaction** inside = std::get_if<Transaction*>(&handle->place);
    return inside == nullptr ? only_a_reader() : settled(body(**inside));
  });
}

/// A call that reads: `body` takes a Store&, a Transaction& or a Snapshot&.
template <typename Body>
coffer_code reading(coffer_store* handle, coffer_error* error, bool is_given, const Body& body) {
  if (handle != nullptr) {
    if (Snapshot* snapshot = std::get_if<Snapshot>(&handle->place))
      return run(error, is_given, [&] { return body(*snapshot); });
  }
  return writing(handle, error, is_given, body);
}

/// Copies a caller's struct of any size over `known`, which is all zero. NULL changes nothing.
/// Errors: usage (no size, members that this library does not know).
Result<void> copy_sized(const void* given, void* known, std::size_t known_size);
/// Copies `known` into a caller's struct, up to the struct's size; leaves its member `size` alone.
void hand_out_sized(const void* known, std::size_t known_size, void* out);

template <typename Sized>
Result<Sized> sized(const Sized* given) {
  // Padding at the end would hold garbage in the place of a later member.
  static_assert(std::has_unique_object_representations_v<Sized>);
  Sized known = {};
  COFFER_TRY(copy_sized(given, &known, sizeof known));
  if constexpr (requires { known.reserved; }) {
    if (known.reserved != 0)
      return Error(ErrorCode::usage, "a reserved member of an options struct is not zero");
  }
  return known;
}

/// For a report: `out` is the caller's, or NULL; only its size is read.
template <typename Sized>
Result<void> check_report(const Sized* out) {
  static_assert(std::has_unique_object_representations_v<Sized>);
  if (out != nullptr && out->size < sizeof out->size)
    return Error(ErrorCode::usage, "a report struct does not give its size",
                 "make it with the macro of its type that ends in _INIT");
  return {};
}
template <typename Sized>
void hand_out(const Sized& known, Sized* out) {
  if (out != nullptr) hand_out_sized(&known, sizeof known, out);
}

template <std::size_t Size>
void copy_text(char (&out)[Size], std::string_view text) {
  out[text.copy(out, Size - 1)] = '\0';
}
/// The condition that `if_version` or `if_revision` states.
inline std::optional<std::uint64_t> expected(std::uint64_t number) {
  if (number == 0) return std::nullopt;
  return number == COFFER_IF_ABSENT ? 0 : number;
}
inline std::string text_of(const char* text) { return text == nullptr ? "" : text; }
/// Errors: usage (the array or one of its texts is NULL).
Result<std::vector<std::string>> texts_of(const char* const* texts, std::size_t count);
Result<std::vector<KeySource>> parse_keys(const char* const* uris, std::size_t count);
Result<Actor> actor_of(const coffer_identity* identity);

coffer_bytes* to_bytes(SecretBytes bytes);
coffer_bytes* to_bytes(std::string_view text);
/// Each name ended by NUL, one after the other.
coffer_bytes* to_names(const std::vector<std::string>& names);

}  // namespace coffer::c_api
