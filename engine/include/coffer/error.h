// Errors are values: a fixed code, a text that is a literal, typed details.
//
// No runtime string can become the text of an Error, so the text cannot hold a secret: the
// constructor takes only string literals, and the compiler checks this. What an error is *about*
// is kept apart, as a Subject: the name of a file, a secret's path, a place in a document. A
// Subject never holds a value.
#pragma once

#if __cplusplus < 202002L
#error "coffer's C++ headers need C++20 (-std=c++20); <coffer/coffer.h> serves C and older C++"
#endif

#include <coffer/advice.h>
#include <coffer/export.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coffer {

/// The numbers are the command's exit codes and the C ABI's error codes: fixed for ever.
enum class ErrorCode : int {
  failed = 1,            ///< any error without a code of its own
  usage = 2,             ///< bad argument, bad name, bad input document
  declined = 3,          ///< somebody answered no, or broke off a prompt
  not_found = 4,         ///< no such secret, version, config, slot or field
  deleted = 5,           ///< the version asked for is soft-deleted
  expired = 6,           ///< its time is over, swept or not
  destroyed = 7,         ///< the version existed and is gone
  conflict = 8,          ///< compare-and-swap mismatch, or it already exists
  in_use = 9,            ///< deletion refused: something refers to it
  limit = 10,            ///< too large, too long, too many
  wrong_key = 11,        ///< the keys that were given open no slot
  key_unavailable = 12,  ///< provider down, denied, disabled, timed out
  corrupt = 13,          ///< a record, file or chain fails its check
  rolled_back = 14,      ///< the store is older than its anchor or its keyring
  denied = 15,           ///< refused by policy
  busy = 16,             ///< no lock in time, too many readers
  io = 17,               ///< disk full, EIO, read-only, permissions
  no_store = 18,         ///< not a store, not initialised, or already initialised
  too_new = 19,          ///< written by a newer format
};

/// The word for a code, as in the command's JSON errors ("not_found").
COFFER_API std::string_view code_name(ErrorCode code);

/// A text that the compiler knows. A runtime buffer does not convert to it.
class Literal {
 public:
  template <std::size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is meant to convert.
  consteval Literal(const char (&text)[N]) : text_(text, N - 1) {}
  constexpr std::string_view view() const { return text_; }

 private:
  std::string_view text_;
};

/// What an error is about. It holds only names that the caller gave or may see, never a value.
struct Subject {
  enum class Kind : std::uint8_t { path, file, pointer, uri, name };
  Kind kind;
  std::string text;
};

class Error {
 public:
  Error(ErrorCode code, Literal text) : code_(code), text_(text.view()) {}
  Error(ErrorCode code, Literal text, Literal hint)
      : code_(code), text_(text.view()), hint_(hint.view()) {}
  Error(ErrorCode code, Literal text, Advice advice)
      : code_(code), advice_(advice), text_(text.view()) {}

  ErrorCode code() const { return code_; }
  std::string_view text() const { return text_; }
  /// What to do next, in a sentence; empty if there is nothing to do. A program with words of its
  /// own asks advice() first.
  std::string_view hint() const { return hint_.empty() ? advice_text(advice_) : hint_; }
  /// What to do next, as a number; none if no number stands for it.
  Advice advice() const { return advice_; }
  const Subject* subject() const { return subject_.get(); }
  /// errno of the system call that failed; 0: none did.
  int os_errno() const { return os_errno_; }
  /// The number that the text speaks of (a size, a version, an offset), if any.
  std::optional<std::uint64_t> number() const { return number_; }
  /// If the number is a bound: the size or count that is beyond it, if known.
  std::optional<std::uint64_t> actual() const { return actual_; }
  /// If something is in use: its users, as far as the caller may see them. "config c, nightly".
  std::string_view users() const { return users_ ? std::string_view(*users_) : ""; }
  /// A version counts as deleted or expired only because the clock is behind the store's time: it
  /// may still live. A caller that would act on its absence should stop instead.
  bool is_clock_behind() const { return is_clock_behind_; }

  Error&& about(Subject::Kind kind, std::string_view name) && {
    subject_ = std::make_shared<const Subject>(Subject{kind, std::string(name)});
    return std::move(*this);
  }
  /// Replaces the hint and the advice: the caller knows better what to do next.
  Error&& with_hint(Literal hint) && {
    hint_ = hint.view();
    advice_ = Advice::none;
    return std::move(*this);
  }
  /// Also replaces the hint and the advice.
  Error&& with_advice(Advice advice) && {
    hint_ = {};
    advice_ = advice;
    return std::move(*this);
  }
  Error&& with_errno(int value) && {
    os_errno_ = value;
    return std::move(*this);
  }
  Error&& with_number(std::uint64_t value) && {
    number_ = value;
    return std::move(*this);
  }
  /// The size that is too large, and the bound.
  Error&& with_size(std::uint64_t actual, std::uint64_t at_most) && {
    actual_ = actual;
    number_ = at_most;
    return std::move(*this);
  }
  /// Keeps the bound alone: the caller may not know the size.
  Error&& without_size() && {
    actual_.reset();
    return std::move(*this);
  }
  /// Names that the caller may see, never a value.
  Error&& with_users(std::string_view users) && {
    users_ = std::make_shared<const std::string>(users);
    return std::move(*this);
  }
  Error&& with_clock_behind(bool is_behind = true) && {
    is_clock_behind_ = is_behind;
    return std::move(*this);
  }

 private:
  ErrorCode code_;
  Advice advice_ = Advice::none;
  bool is_clock_behind_ = false;
  int os_errno_ = 0;
  std::string_view text_;
  std::string_view hint_;
  std::optional<std::uint64_t> number_;
  std::optional<std::uint64_t> actual_;
  std::shared_ptr<const Subject> subject_;
  std::shared_ptr<const std::string> users_;
};

/// One line for a person: "path: text (number, errno text)", "path: text: users" or
/// "path: text (size, at most number)". Holds no value.
COFFER_API std::string describe(const Error& error);

}  // namespace coffer
