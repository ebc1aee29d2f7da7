// What a secret holds, and what is told of it without revealing it.
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

/// A value is opaque bytes, or a JSON value kept as its exact text: number text,
/// key order and spacing come back to the byte. An object's members are its fields.
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

  /// One field of a JSON object: a string decoded, any other JSON value as its text.
  /// Errors: not_found (no such field), usage (this value has no fields).
  Result<Value> field(std::string_view name) const;
  /// What a reference's field names: a field, or, where it begins with `/`, the place that a JSON
  /// Pointer (RFC 6901) tells in any JSON value. A field whose own name begins with `/` is
  /// reached as `/~1NAME`. A string comes decoded, any other JSON value as its text.
  /// Errors: not_found (nothing there), usage (an opaque value, a name in what has no fields, a
  /// malformed pointer).
  Result<Value> at(std::string_view field) const;
  /// The same as its exact JSON text, a string with its quotes and escapes.
  Result<Value> json_at(std::string_view field) const;
  /// The names of a JSON object's members, in their order. Errors: usage (no object).
  Result<std::vector<std::string>> field_names() const;

 private:
  friend class ValueAccess;
  Value(Form form, SecretBytes bytes) : form_(form), bytes_(std::move(bytes)) {}
  Form form_ = Form::opaque;
  SecretBytes bytes_;
};

/// One version, told without its value. Times are ms since 1970 UTC; 0 = unset.
struct VersionInfo {
  std::uint64_t version = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t deletion_at_ms = 0;  ///< Soft-deleted from then on, if not in the future.
  std::int64_t expires_at_ms = 0;   ///< Never returned from then on.
  bool destroyed = false;
};

/// A secret's settings and metadata; apart from its versions.
struct Metadata {
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::uint32_t max_versions = 0;  ///< 0: unset, the store's setting counts.
  bool cas_required = false;
  std::int64_t delete_version_after_ms = 0;
  /// Minted for a config; such a secret may be swept, one put by hand never.
  bool managed = false;
  std::string kind;
  std::string description;
  std::string owner;
  std::vector<std::string> tags;
  std::map<std::string, std::string> custom;
  std::uint64_t revision = 0;  ///< Up by one with each change of the above.
  // While a policy is in force (<coffer/policy.h>):
  /// Who set owner and tags without being let to administer; empty: whoever is, or nobody.
  std::string marked_by = {};
  /// And others have put values since: no rule that allows goes by owner and tags any more.
  bool marks_doubted = false;
};

/// One version with its value; wiped when it goes out of scope.
struct Secret {
  std::string path;
  VersionInfo info;
  Value value;
};

}  // namespace coffer
