// JSON text written member by member. A writer sets commas, quotes and escapes; its user opens
// and closes what belongs together:
//
//   json::Writer json;
//   json.open('{').key("path").string(path).key("tags").strings(tags).close('}');
#pragma once

#include <coffer/secret_bytes.h>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "base/base64.h"
#include "base/bytes.h"

namespace coffer::json {

/// `Out` is SecretBytes for a text that may hold a secret, or std::string for one that cannot.
template <typename Out>
class BasicWriter {
 public:
  /// Begins an object ('{') or an array ('[').
  BasicWriter& open(char bracket);
  /// Ends the innermost object ('}') or array (']').
  BasicWriter& close(char bracket);
  /// Names the value that is written next.
  BasicWriter& key(std::string_view name);
  BasicWriter& string(std::string_view text);
  template <std::integral Number>
  BasicWriter& number(Number value) {
    return raw(std::to_string(value));
  }
  BasicWriter& boolean(bool value);
  BasicWriter& null() { return raw("null"); }
  /// A string: the time as RFC 3339, "" for 0.
  BasicWriter& time(std::int64_t ms);
  /// A string: the bytes as base64.
  BasicWriter& base64(ByteView bytes, Base64 alphabet = Base64::standard);
  /// An array of strings.
  template <typename Texts>
  BasicWriter& strings(const Texts& texts) {
    open('[');
    for (const auto& text : texts) string(text);
    return close(']');
  }
  /// An object whose members are strings.
  template <typename Texts>
  BasicWriter& texts_by_name(const Texts& texts) {
    open('{');
    for (const auto& [name, text] : texts) key(name).string(text);
    return close('}');
  }
  /// Writes `json`, which is JSON text: one value, or members without braces.
  BasicWriter& raw(std::string_view json);

  /// What is written so far.
  std::string_view text() const;
  /// The whole text. Everything that was opened must be closed: the rest is our own bug.
  Out take();

 private:
  void separate();
  Out out_;
  int depth_ = 0;
  bool is_first_ = true;  // The next value needs no comma before it.
};

extern template class BasicWriter<SecretBytes>;
extern template class BasicWriter<std::string>;

using Writer = BasicWriter<SecretBytes>;
using PlainWriter = BasicWriter<std::string>;

}  // namespace coffer::json
