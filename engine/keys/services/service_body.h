// What goes to a key service and comes back: JSON and forms, in locked memory throughout.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/bytes.h"
#include "text/json.h"

namespace coffer::keys {

/// application/x-www-form-urlencoded, field by field.
class FormBody {
 public:
  FormBody& field(std::string_view name, std::string_view value);
  SecretBytes finish() { return std::move(out_); }

 private:
  SecretBytes out_;
};

/// A JSON object that a service answered with.
class JsonAnswer {
 public:
  /// Errors: corrupt (no JSON object, or one beyond all reason).
  static Result<JsonAnswer> read(SecretBytes body);
  /// The string at the end of these names; nullopt if there is none. Lives as this does.
  std::optional<std::string_view> text(std::initializer_list<std::string_view> names) const;
  /// The same, decoded. nullopt: not there, or not strict base64.
  std::optional<SecretBytes> base64(std::initializer_list<std::string_view> names,
                                    Base64 alphabet = Base64::standard) const;
  /// The members of the object there that are strings, in its order.
  std::vector<std::pair<std::string, std::string>> texts(
      std::initializer_list<std::string_view> names) const;
  /// The JSON text of whatever is there; "" where nothing is.
  std::string_view raw(std::initializer_list<std::string_view> names) const;

 private:
  explicit JsonAnswer(json::Document document) : document_(std::move(document)) {}
  json::NodeId find(std::initializer_list<std::string_view> names) const;
  json::Document document_;
};

}  // namespace coffer::keys
