// A JSON document taken apart member by member: each member must be known and of its type. An
// error is about the place of what is wrong, SOURCE#/json/pointer, and never holds a value.
#pragma once

#include <coffer/result.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/ascii.h"
#include "text/json.h"

namespace coffer::json {

/// One value of a document. It lives no longer than the document.
class Reader {
 public:
  using Take = std::function<Result<void>(const Reader&)>;
  struct Member {
    std::string_view name;
    Take take;
    bool required = false;
  };
  /// What errors say about a document.
  struct Source {
    /// How a person calls the document; the texts must live as long as the reader.
    std::string_view name;
    /// What to do about a document that is refused, where no error of its own says more.
    Literal hint = "correct the document at this place, a JSON Pointer";
    /// Called before a member is refused as unknown or missing, with those that may be there.
    void (*on_wrong_members)(const std::vector<Member>& known) = nullptr;
  };

  /// Reads the whole document. `pointer`: where the document is inside a larger one.
  Reader(const Document& document, Source source, std::string pointer = {})
      : document_(&document), source_(source), pointer_(std::move(pointer)) {}

  Type type() const { return document_->type(node_); }
  bool is_null() const { return type() == Type::null; }
  bool is_object() const { return type() == Type::object; }
  /// The exact text of the value.
  std::string_view raw() const { return document_->raw(node_); }
  /// The characters of a string. The value must be a string.
  std::string_view characters() const { return document_->string(node_); }
  std::size_t child_count() const { return document_->child_count(node_); }
  /// SOURCE#/json/pointer, or SOURCE alone for the whole document.
  std::string place() const;
  /// `error` about this place; about the source alone where the pointer has a control character
  /// or is too long to show.
  Error refuse(Error error) const;

  // All of these fail with usage, about this place, where the value is of another type.
  Result<std::string> string() const;
  Result<std::uint64_t> number() const { return number_as<std::uint64_t>(); }
  /// A whole number that `Number` can hold.
  template <std::integral Number>
  Result<Number> number_as() const {
    const auto number = ascii::parse_number<Number>(raw());
    if (number) return *number;
    return refuse({ErrorCode::usage, "must be a whole number"});
  }
  Result<bool> boolean() const;
  /// Milliseconds of a string as 2026-11-24T12:00:00Z; 0 for null.
  Result<std::int64_t> time() const;
  /// Milliseconds of a string or number as on the command line: "90s", "2h", seconds, "1500ms".
  Result<std::int64_t> duration() const;
  Result<std::vector<std::string>> strings() const;
  Result<std::vector<std::uint64_t>> numbers() const;
  Result<std::map<std::string, std::string>> strings_by_name() const;

  /// Gives each member of an object to its taker, in the document's order. Refuses an unknown
  /// member, and a required member that is missing.
  Result<void> members(const std::vector<Member>& known) const;
  Result<void> each_member(
      const std::function<Result<void>(std::string_view name, const Reader&)>& take) const;
  Result<void> each_element(const Take& take) const;
  /// nullopt: this is no object, or has no such member.
  std::optional<Reader> find(std::string_view name) const;
  /// A member that must be there.
  Result<Reader> at(std::string_view name) const;

 private:
  Reader child(NodeId node, std::string_view token) const;
  const Document* document_;
  Source source_;
  NodeId node_ = 0;
  std::string pointer_;
};

/// A taker that puts what `read` yields (&Reader::string, ...) into `field`, which must outlive it.
template <typename Field, typename Read>
Reader::Take into(Field& field, Read read) {
  return [&field, read](const Reader& value) -> Result<void> {
    field = COFFER_TRY((value.*read)());
    return {};
  };
}

}  // namespace coffer::json
