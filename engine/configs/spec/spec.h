// A connector's spec, read once: a JSON Schema turned into a table of schemas.
//
// Everything that could make a later walk fail is found here, over the whole
// spec and not only where some document leads: a $ref that is remote or dangles,
// an airbyte_secret that is no boolean, a pattern that cannot be evaluated, a
// secret at a place that no walk would reach. So a spec that compiles can always
// be split, masked and hydrated by.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "configs/spec/pattern.h"
#include "engine/text/json.h"

namespace coffer::configs {

inline constexpr std::size_t kSpecBytesMax = std::size_t{4} << 20;

using SchemaId = std::uint32_t;
inline constexpr SchemaId kNoSchema = 0xFFFFFFFF;

/// JSON types as bits: what a schema's `type` lets stand at a place.
using TypeSet = std::uint8_t;
inline constexpr TypeSet kAnyType = 0x3F;
TypeSet type_bit(json::Type type);

/// A member whose const or enum tells branches of a composite apart.
struct Discriminator {
  std::string_view member;
  std::vector<json::NodeId> allowed;  ///< In the spec's document.
  bool required = false;
};

struct Conditional {
  SchemaId condition = kNoSchema, then = kNoSchema, otherwise = kNoSchema;
};

struct Schema {
  json::NodeId node = json::kNoNode;
  bool secret = false;
  TypeSet types = kAnyType;   ///< By its own `type`.
  TypeSet admits = kAnyType;  ///< Through $ref and allOf as well.
  SchemaId reference = kNoSchema;

  // Schemas that apply to the same value.
  std::vector<SchemaId> all_of;
  std::vector<std::vector<SchemaId>> alternatives;  ///< oneOf and anyOf.
  std::vector<Conditional> conditionals;
  std::vector<std::pair<std::string_view, SchemaId>> dependents;  ///< Where the member stands.
  std::vector<Discriminator> discriminators;
  // Of a branch without any: what members of a value tell. Null counts as not there for the latter.
  std::vector<std::string_view> required;
  std::vector<std::string_view>
      of_others;                 ///< Another branch of its oneOf names them, it does not.
  std::size_t choice_steps = 1;  ///< What comparing them with a value costs.

  // Schemas that apply to members and elements.
  std::unordered_map<std::string_view, SchemaId> properties;
  std::vector<std::pair<Pattern, SchemaId>> patterns;
  std::vector<SchemaId> other_properties;  ///< Of members that no property or pattern names.
  std::vector<SchemaId> prefix_items;
  std::vector<SchemaId> other_items;  ///< Of elements beyond the prefix.
  std::vector<SchemaId> every_item;   ///< `contains`: any element may be the one.

  // Whether a secret may stand below the value: where the spec wants an object, or a list.
  bool members_lead = false;
  bool elements_lead = false;
};

class Spec {
 public:
  /// Errors: usage (not JSON, not a spec that can be walked; subject() = the place in the
  /// spec), limit (size, depth, patterns).
  static Result<Spec> compile(std::string_view text);

  const json::Document& document() const { return document_; }
  const Schema& schema(SchemaId id) const { return schemas_[id]; }
  SchemaId root() const { return 0; }
  /// No value of any document is secret by it.
  bool marks_nothing() const { return marks_nothing_; }

 private:
  friend class SpecCompiler;
  explicit Spec(json::Document document) : document_(std::move(document)) {}
  json::Document document_;
  std::vector<Schema> schemas_;
  bool marks_nothing_ = false;
};

}  // namespace coffer::configs
