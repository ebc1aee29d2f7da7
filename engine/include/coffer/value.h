// What a secret holds, and what describes it without its value.
#pragma once

#include <coffer/export.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer {

/// A value is opaque bytes, or a JSON value kept as its exact text: numbers, key order and spacing
/// come back to the byte. An object's members are its fields.
class COFFER_API Value {
 public:
  enum class Form : std::uint8_t { opaque = 0, json = 1 };

  Value() = default;
  static Value opaque(std::span<const std::uint8_t> bytes);
  static Value opaque(std::string_view text);
  static Value opaque(SecretBytes bytes) { return Value(Form::opaque, std::move(bytes)); }
  /// Checks that `text` is one JSON value (RFC 8259) without duplicate keys.
  /// Errors: usage (not JSON, duplicate key), limit (too deep).
  static Result<Value> json(std::string_view text);
  static Result<Value> json(SecretBytes text);
  /// A JSON object whose members are strings, in the order given.
  /// Errors: usage (a name twice, not UTF-8).
  static Result<Value> fields(
      std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  Form form() const { return form_; }
  bool is_json() const { return form_ == Form::json; }
  const SecretBytes& bytes() const { return bytes_; }
  std::string_view text() const { return bytes_.text(); }
  Value clone() const { return Value(form_, bytes_.clone()); }

  /// One field of a JSON object: a string is decoded, any other JSON value is its text.
  /// Errors: not_found (no such field), usage (this value has no fields).
  Result<Value> field(std::string_view name) const;
  /// The part that a reference's field names: a field, or, if it begins with `/`, the place of a
  /// JSON Pointer (RFC 6901) in any JSON value. `/~1NAME` reaches a field whose own name begins
  /// with
  /// `/`. A string is decoded, any other JSON value is its text.
  /// Errors: not_found (nothing is there), usage (an opaque value, a name in a value without
  /// fields, a malformed pointer).
  Result<Value> at(std::string_view field) const;
  /// As at(), but the exact JSON text: a string keeps its quotes and escapes.
  Result<Value> json_at(std::string_view field) const;
  /// The names of a JSON object's members, in their order. Errors: usage (not an object).
  Result<std::vector<std::string>> field_names() const;

 private:
  friend class ValueAccess;
  Value(Form form, SecretBytes bytes) : form_(form), bytes_(std::move(bytes)) {}
  Form form_ = Form::opaque;
  SecretBytes bytes_;
};

/// One version, without its value. Times are ms since 1970 UTC; 0 = unset.
struct VersionInfo {
  std::uint64_t version = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t deletion_at_ms = 0;  ///< Soft-deleted from this time on.
  std::int64_t expires_at_ms = 0;   ///< Never returned from this time on.
  bool destroyed = false;
};

/// A secret's settings and metadata, without its versions.
struct Metadata {
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::uint32_t max_versions = 0;  ///< 0: unset, the store's setting counts.
  bool cas_required = false;
  std::int64_t delete_version_after_ms = 0;
  /// A config minted the secret. Only such a secret may be swept before it expires.
  bool managed = false;
  std::string kind;
  std::string description;
  std::string owner;
  std::vector<std::string> tags;
  std::map<std::string, std::string> custom;
  std::uint64_t revision = 0;  ///< Rises by one with each change of the above.
  // While a policy is in force (<coffer/policy.h>):
  /// The user who set owner and tags without `admin`; empty: set with `admin`, or not set.
  std::string marked_by = {};
  /// Another user has put a value since: rules that allow ignore owner and tags.
  bool marks_doubted = false;
};

/// One version with its value; wiped when it goes out of scope.
struct Secret {
  std::string path;
  VersionInfo info;
  Value value;
};

}  // namespace coffer
