// A connector's spec: a JSON Schema compiled into a table of schemas.
//
// Compiling checks the whole spec, not only the parts that some document uses, and refuses
// whatever could make a later walk fail: a remote or dangling $ref, an airbyte_secret that is
// not a boolean, a pattern that cannot be evaluated, a secret at a place that no walk reaches.
// So a spec that compiles always works for split, mask and hydrate.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "configs/spec/pattern.h"
#include "text/json.h"

namespace coffer::configs {

inline constexpr std::size_t kSpecBytesMax = std::size_t{4} << 20;

using SchemaId = std::uint32_t;
inline constexpr SchemaId kNoSchema = 0xFFFFFFFF;

/// A set of JSON types as bits: those that a schema's `type` allows.
using TypeSet = std::uint8_t;
inline constexpr TypeSet kAnyType = 0x3F;
TypeSet type_bit(json::Type type);

/// A member whose const or enum distinguishes the branches of a oneOf or anyOf.
struct Discriminator {
  std::string_view member;
  std::vector<json::NodeId> allowed;  ///< Nodes of the spec's document.
  bool required = false;
};

struct Conditional {
  SchemaId condition = kNoSchema, then = kNoSchema, otherwise = kNoSchema;
};

struct Schema {
  json::NodeId node = json::kNoNode;
  bool secret = false;
  TypeSet types = kAnyType;   ///< By its own `type` alone.
  TypeSet admits = kAnyType;  ///< Also narrowed by $ref and allOf.
  SchemaId reference = kNoSchema;

  // Schemas that apply to the same value.
  std::vector<SchemaId> all_of;
  std::vector<std::vector<SchemaId>> alternatives;  ///< oneOf and anyOf.
  std::vector<Conditional> conditionals;
  std::vector<std::pair<std::string_view, SchemaId>> dependents;  ///< If the member is present.
  std::vector<Discriminator> discriminators;
  // Used if `discriminators` is empty. In `of_others` a null member counts as absent.
  std::vector<std::string_view> required;
  std::vector<std::string_view> of_others;  ///< Members that only other branches of its oneOf name.
  std::size_t choice_steps = 1;             ///< The cost of comparing these with a value.

  // Schemas that apply to members and elements.
  std::unordered_map<std::string_view, SchemaId> properties;
  std::vector<std::pair<Pattern, SchemaId>> patterns;
  std::vector<SchemaId> other_properties;  ///< For members that no property or pattern names.
  std::vector<SchemaId> prefix_items;
  std::vector<SchemaId> other_items;  ///< For elements beyond the prefix.
  std::vector<SchemaId> every_item;   ///< `contains`: any element may be the one that matches.

  // Whether a secret may lie below the value, if it is an object or a list.
  bool members_lead = false;
  bool elements_lead = false;
};

class Spec {
 public:
  /// Errors: usage (not JSON, or not a spec that can be walked; subject() = the place in the spec),
  /// limit (size, depth, patterns).
  static Result<Spec> compile(std::string_view text);

  const json::Document& document() const { return document_; }
  const Schema& schema(SchemaId id) const { return schemas_[id]; }
  SchemaId root() const { return 0; }
  /// Whether no value of any document can be secret.
  bool marks_nothing() const { return marks_nothing_; }

 private:
  friend class SpecCompiler;
  explicit Spec(json::Document document) : document_(std::move(document)) {}
  json::Document document_;
  std::vector<Schema> schemas_;
  bool marks_nothing_ = false;
};

}  // namespace coffer::configs
