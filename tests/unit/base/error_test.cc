// Errors are values, and their text is known when the program is compiled.
#include <coffer/error.h>
#include <coffer/result.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <type_traits>

namespace coffer::error_test {
namespace {

// No string made at run time becomes the text or the hint of an error.
static_assert(!std::is_constructible_v<Literal, std::string>);
static_assert(!std::is_constructible_v<Literal, std::string_view>);
static_assert(!std::is_constructible_v<Literal, const char*>);
static_assert(!std::is_constructible_v<Error, ErrorCode, std::string>);
static_assert(!std::is_constructible_v<Error, ErrorCode, const char*>);
static_assert(std::is_constructible_v<Error, ErrorCode, Literal, Literal>);

Result<int> half(int number) {
  if (number % 2 != 0) return Error(ErrorCode::usage, "the number is odd", "give an even one");
  return number / 2;
}

Result<int> quarter(int number) {
  const int once = COFFER_TRY(half(number));
  return COFFER_TRY(half(once));
}

Result<void> check_quarter(int number) {
  COFFER_TRY(quarter(COFFER_TRY(half(number * 2))));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  auto value = std::make_unique<int>(COFFER_TRY(half(number)));
  return value;
}

}  // namespace

TEST_CASE("an error carries its code, literal texts and typed details") {
  const Error plain{ErrorCode::io, "cannot be read"};
  CHECK(plain.code() == ErrorCode::io);
  CHECK(plain.text() == "cannot be read");
  CHECK(plain.hint().empty());
  CHECK(plain.subject() == nullptr);
  CHECK(plain.os_errno() == 0);
  CHECK_FALSE(plain.number().has_value());
  CHECK(describe(plain) == "cannot be read");
  const Error full = Error(ErrorCode::limit, "is too long", "shorten it")
                         .with_number(1024)
                         .with_errno(ENOSPC)
                         .about(Subject::Kind::path, "a/b");
  CHECK(full.hint() == "shorten it");
  CHECK(full.advice() == Advice::none);
  REQUIRE(full.subject() != nullptr);
  CHECK(full.subject()->kind == Subject::Kind::path);
  CHECK(full.subject()->text == "a/b");
  CHECK(full.number() == std::uint64_t{1024});
  CHECK(describe(full) == "a/b: is too long (1024): No space left on device");
  const Error copy = full;
  CHECK(describe(copy) == describe(full));
}

// A loop over what a temporary Result holds would read a list that is gone.
static_assert(std::is_same_v<decltype(std::declval<Result<std::string>>().value()), std::string>);
static_assert(std::is_same_v<decltype(*std::declval<Result<std::string>>()), std::string>);

TEST_CASE("an error advises by number, in a sentence that names no program") {
  const Error error{ErrorCode::deleted, "this version is deleted", Advice::undelete};
  CHECK(error.advice() == Advice::undelete);
  CHECK(error.hint() == "undelete that version");
  CHECK(advice_text(Advice::none).empty());
  CHECK(advice_text(static_cast<Advice>(1'000'000)).empty());
  const Error other = Error(error).with_hint("shorten it");
  CHECK((other.advice() == Advice::none && other.hint() == "shorten it"));
  CHECK(Error(other).with_advice(Advice::see_secrets).hint() == advice_text(Advice::see_secrets));
}

TEST_CASE("an error tells a size beside its bound, and who is in the way behind the text") {
  const Error large = Error(ErrorCode::limit, "is too large").with_size(11, 10);
  CHECK(large.number() == std::uint64_t{10});
  CHECK(large.actual() == std::uint64_t{11});
  CHECK(describe(large) == "is too large (11, at most 10)");
  CHECK(describe(Error(large).without_size()) == "is too large (10)");
  const Error used =
      Error(ErrorCode::in_use, "is in use").about(Subject::Kind::path, "a").with_users("b, c");
  CHECK(used.users() == "b, c");
  CHECK(describe(used) == "a: is in use: b, c");
  CHECK(large.users().empty());
}

TEST_CASE("every code has a word of its own") {
  std::set<std::string_view> words;
  for (int code = 1; code <= 19; ++code) {
    const std::string_view word = code_name(static_cast<ErrorCode>(code));
    CHECK_FALSE(word.empty());
    CHECK(words.insert(word).second);
  }
  CHECK(code_name(ErrorCode::not_found) == "not_found");
  CHECK(code_name(ErrorCode::too_new) == "too_new");
}

TEST_CASE("a result holds a value or an error, and COFFER_TRY hands errors on") {
  CHECK(quarter(12).value() == 3);
  CHECK(*quarter(8) == 2);
  const auto odd = quarter(6);
  REQUIRE_FALSE(odd.ok());
  CHECK_FALSE(static_cast<bool>(odd));
  CHECK(odd.error().text() == "the number is odd");
  CHECK(check_quarter(4).ok());
  CHECK(check_quarter(3).error().code() == ErrorCode::usage);
  CHECK(**boxed(10) == 5);
  CHECK_FALSE(boxed(1).ok());
  auto taken = boxed(4);
  const std::unique_ptr<int> out = std::move(taken).value();
  CHECK(*out == 2);
}

}  // namespace coffer::error_test
