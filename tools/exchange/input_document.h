// What input documents have in common: how they are parsed, metadata, values.
#pragma once

#include <coffer/metadata.h>
#include <coffer/result.h>
#include <coffer/value.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/json_reader.h"
#include "text/json_writer.h"
#include "tools/exchange/place.h"

namespace coffer::tools {

/// One value of an input document.
using Spot = json::Reader;
using json::into;

/// Reads the whole document; a hint on an unknown or missing member names those that may be there.
/// `pointer`: where the document is inside a larger one.
Spot input_reader(const json::Document& document, std::string_view source,
                  std::string pointer = {});

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

/// Writes the member that holds `value`: "data", "value" or "value_base64".
void append_value_member(json::Writer& json, const Value& value);

}  // namespace coffer::tools
