// Reads an input document member by member. Each member must be known and have its type, and an
// error names its place as SOURCE#/json/pointer.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>
#include <coffer/value.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/json.h"
#include "tools/exchange/place.h"

namespace coffer::tools {

/// One value of a document; valid as long as the document.
class Spot {
 public:
  /// `pointer`: the place of the document in a larger one.
  Spot(const json::Document& document, std::string_view source, std::string pointer = {})
      : document_(&document), source_(source), pointer_(std::move(pointer)) {}

  json::Type type() const { return document_->type(node_); }
  bool is_null() const { return type() == json::Type::null; }
  bool is_object() const { return type() == json::Type::object; }
  /// The exact text of the value.
  std::string_view raw() const { return document_->raw(node_); }
  /// The characters of a string. The value must be a string.
  std::string_view characters() const { return document_->string(node_); }
  /// SOURCE#/json/pointer; SOURCE alone for the whole document.
  std::string place() const {
    return std::string(source_) + (pointer_.empty() ? "" : "#" + pointer_);
  }
  /// Returns the error, about this place.
  Error refuse(Error error) const;

  // Errors of all: usage, about this place.
  Result<std::string> string() const;
  Result<std::uint64_t> number() const;
  Result<bool> boolean() const;
  Result<std::int64_t> time() const;
  /// A string or number as on the command line: "90s", "2h", seconds; also "1500ms".
  Result<std::int64_t> duration() const;
  Result<std::vector<std::string>> strings() const;
  Result<std::vector<std::uint64_t>> numbers() const;

  using Take = std::function<Result<void>(const Spot&)>;
  struct Member {
    std::string_view name;
    Take take;
    bool required = false;
  };
  /// Gives each member of an object to its taker, in the document's order; refuses unknown members.
  Result<void> members(const std::vector<Member>& known) const;
  Result<void> each_member(
      const std::function<Result<void>(std::string_view name, const Spot&)>& take) const;
  Result<void> each_element(const Take& take) const;
  /// nullopt if this is not an object or has no such member.
  std::optional<Spot> find(std::string_view name) const;

 private:
  Spot child(json::NodeId node, std::string_view token) const;
  const json::Document* document_;
  std::string_view source_;
  json::NodeId node_ = 0;
  std::string pointer_;
};

/// A taker that stores the result of `read` (&Spot::string, ...) in `field`, which must outlive it.
template <typename Field, typename Read>
Spot::Take into(Field& field, Read read) {
  return [&field, read](const Spot& spot) -> Result<void> {
    field = COFFER_TRY((spot.*read)());
    return {};
  };
}

/// Reads the metadata of a secret that can be set into `change`, and also the members in `others`.
Result<void> take_metadata(const Spot& spot, MetadataChange& change,
                           std::vector<Spot::Member> others);
/// Reads an object of strings.
Spot::Take into_custom(std::optional<std::map<std::string, std::string>>& custom);

/// Parses a document, or a part of one that begins at `begin`. Errors: usage, limit; about
/// SOURCE:LINE:COLUMN.
Result<json::Document> parse_input(std::string_view text, std::string_view source, Place begin);
Result<json::Document> parse_input(SecretBytes text, std::string_view source);

/// A value as documents hold it: exactly one of "data" (any JSON), "value" (text) and
/// "value_base64" (bytes).
class ValueMembers {
 public:
  Spot::Member data();
  Spot::Member value();
  Spot::Member value_base64();
  bool given() const { return value_.has_value(); }
  std::optional<Value> take() { return std::move(value_); }

 private:
  Result<void> set(const Spot& spot, Value value);
  std::optional<Value> value_;
};

/// Appends the member that holds this value.
void append_value_member(SecretBytes& out, const Value& value);

}  // namespace coffer::tools
