#include "configs/spec/spec.h"

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/check.h"
#include "configs/document/place.h"
#include "configs/spec/spec_branches.h"
#include "configs/spec/spec_leads.h"
#include "text/percent.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// Keywords whose value is data, even if it looks like a schema.
bool holds_data(std::string_view keyword) {
  constexpr std::array<std::string_view, 5> kWords = {"const", "enum", "default", "examples",
                                                      "example"};
  for (const std::string_view word : kWords) {
    if (word == keyword) return true;
  }
  return false;
}

std::optional<TypeSet> named_type(std::string_view name) {
  if (name == "null") return type_bit(Type::null);
  if (name == "boolean") return type_bit(Type::boolean);
  // 1.0 is an integer too, so both names admit every number. The wider reading is the safe one.
  if (name == "number" || name == "integer") return type_bit(Type::number);
  if (name == "string") return type_bit(Type::string);
  if (name == "array") return type_bit(Type::array);
  if (name == "object") return type_bit(Type::object);
  return std::nullopt;
}

}  // namespace

TypeSet type_bit(json::Type type) {
  return static_cast<TypeSet>(1u << static_cast<unsigned>(type));
}

// Turns the parsed text into the table of schemas, breadth first: the schemas in the tree come
// before the targets of references.
class SpecCompiler {
 public:
  explicit SpecCompiler(Spec& spec) : spec_(spec), doc_(spec.document_) {}

  Result<void> run() {
    COFFER_TRY(schema_at(0, false));
    COFFER_TRY(compile_queued());
    while (!references_.empty()) {
      const auto [from, node] = references_.front();
      references_.pop_front();
      const NodeId target = COFFER_TRY(resolve_reference(node));
      spec_.schemas_[from].reference = COFFER_TRY(schema_at(target, false));
      COFFER_TRY(compile_queued());
    }
    COFFER_TRY(find_unreachable_secrets());
    spec_.marks_nothing_ = !describe_leads(spec_.schemas_);
    COFFER_CHECK(ids_.size() == spec_.schemas_.size());
    return describe_branches(doc_, branches_, spec_.schemas_);
  }

 private:
  struct Queued {
    SchemaId id;
    bool below_id;  // A nested $id changes what a $ref is relative to.
  };

  Error failure(Error error, NodeId node) const { return at_node(std::move(error), doc_, node); }
  Error misplaced(Literal text, NodeId node) const {
    return failure(Error(ErrorCode::usage, text), node);
  }

  Schema& schema(SchemaId id) {
    COFFER_CHECK(id < spec_.schemas_.size());
    return spec_.schemas_[id];
  }

  Result<SchemaId> schema_at(NodeId node, bool below_id) {
    if (const auto found = ids_.find(node); found != ids_.end()) return found->second;
    const Type type = doc_.type(node);
    if (type != Type::object && type != Type::boolean)
      return misplaced("spec: a schema must be an object, true or false", node);
    const auto id = static_cast<SchemaId>(spec_.schemas_.size());
    ids_.emplace(node, id);
    spec_.schemas_.emplace_back().node = node;
    if (type == Type::object) queue_.push_back({id, below_id});
    return id;
  }

  Result<void> compile_queued() {
    while (!queue_.empty()) {
      Queued next = queue_.front();
      queue_.pop_front();
      const NodeId node = schema(next.id).node;
      const NodeId own_id = doc_.find(node, "$id");
      if (next.id != 0 && own_id != kNoNode && doc_.type(own_id) == Type::string &&
          doc_.string(own_id).substr(0, 1) != "#") {
        next.below_id = true;
      }
      for (NodeId member = doc_.first_child(node); member != kNoNode;
           member = doc_.next_sibling(member)) {
        COFFER_TRY(keyword(next, doc_.key(member), member));
      }
      COFFER_TRY(conditional(next));
      COFFER_TRY(items(next));
    }
    return {};
  }

  Result<void> keyword(Queued at, std::string_view word, NodeId value) {
    if (word == "airbyte_secret") return secret_mark(at.id, value);
    if (word == "type") return type_names(at.id, value);
    if (word == "$ref") return note_reference(at, value);
    if (word == "$recursiveRef" || word == "$dynamicRef" || word == "extends")
      return misplaced("spec: this kind of reference is not supported", value);
    if (word == "enum" && doc_.type(value) != Type::array)
      return misplaced("spec: enum must be an array", value);
    if (word == "connectionSpecification" && at.id == 0) {
      return failure(Error(ErrorCode::usage, "spec: this is a wrapper around a spec",
                           "give only the value of connectionSpecification"),
                     value);
    }
    if (word == "allOf" || word == "oneOf" || word == "anyOf") return composite(at, word, value);
    return applicator(at, word, value);
  }

  Result<void> applicator(Queued at, std::string_view word, NodeId value) {
    if (word == "properties") return properties(at, value);
    if (word == "patternProperties") return pattern_properties(at, value);
    if (word == "dependentSchemas" || word == "dependencies") return dependents(at, word, value);
    if (word == "definitions" || word == "$defs") return definitions(at, value);
    if (word == "additionalProperties" || word == "unevaluatedProperties") {
      const SchemaId id = COFFER_TRY(schema_at(value, at.below_id));
      schema(at.id).other_properties.push_back(id);
    }
    if (word == "contains") {
      const SchemaId id = COFFER_TRY(schema_at(value, at.below_id));
      schema(at.id).every_item.push_back(id);
    }
    // `not` describes forbidden values: its schema is compiled but marks no secret.
    if (word == "not") COFFER_TRY(schema_at(value, at.below_id));
    return {};
  }

  Result<void> secret_mark(SchemaId id, NodeId value) {
    if (doc_.type(value) != Type::boolean)
      return misplaced("spec: airbyte_secret must be true or false", value);
    schema(id).secret = doc_.boolean(value);
    return {};
  }

  Result<void> type_names(SchemaId id, NodeId value) {
    TypeSet types = 0;
    auto add = [&](NodeId node) {
      if (doc_.type(node) == Type::null) {
        types |= type_bit(Type::null);
        return true;
      }
      if (doc_.type(node) != Type::string) return false;
      // A type unknown to JSON Schema could mean anything, so it admits everything.
      types |= named_type(doc_.string(node)).value_or(kAnyType);
      return true;
    };
    bool good = true;
    if (doc_.type(value) == Type::array) {
      for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each))
        good = good && add(each);
    } else {
      good = add(value);
    }
    if (!good) return misplaced("spec: type must be a name or a list of names", value);
    schema(id).types = types == 0 ? kAnyType : types;
    return {};
  }

  Result<void> note_reference(Queued at, NodeId value) {
    if (doc_.type(value) != Type::string) return misplaced("spec: $ref must be a string", value);
    if (at.below_id) return misplaced("spec: a $ref below a nested $id is not supported", value);
    references_.emplace_back(at.id, value);
    return {};
  }

  Result<NodeId> resolve_reference(NodeId value) {
    const std::string_view text = doc_.string(value);
    if (text.empty() || text[0] != '#' || (text.size() > 1 && text[1] != '/'))
      return misplaced("spec: only a local $ref (#/...) can be followed", value);
    const auto decoded = percent::decoded(text.substr(1));
    if (!decoded) return misplaced("spec: the $ref is malformed", value);
    const auto pointer = json::parse_pointer(*decoded);
    if (!pointer.ok()) return misplaced("spec: the $ref is malformed", value);
    const NodeId target = json::resolve(doc_, *pointer);
    if (target == kNoNode) return misplaced("spec: the $ref leads nowhere", value);
    return target;
  }

  Result<void> want_object(NodeId value) {
    if (doc_.type(value) == Type::object) return known_.push_back(value), Result<void>();
    return misplaced("spec: this must be an object of schemas", value);
  }

  Result<std::vector<SchemaId>> schemas_in(Queued at, NodeId value) {
    if (doc_.type(value) != Type::array)
      return misplaced("spec: this must be a list of schemas", value);
    std::vector<SchemaId> out;
    for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each))
      out.push_back(COFFER_TRY(schema_at(each, at.below_id)));
    return out;
  }

  Result<void> composite(Queued at, std::string_view word, NodeId value) {
    auto branches = COFFER_TRY(schemas_in(at, value));
    if (word == "allOf") {
      schema(at.id).all_of = std::move(branches);
      return {};
    }
    for (const SchemaId branch : branches) branches_.all.insert(branch);
    if (word == "oneOf") branches_.one_of.push_back(branches);
    schema(at.id).alternatives.push_back(std::move(branches));
    return {};
  }

  Result<void> properties(Queued at, NodeId value) {
    COFFER_TRY(want_object(value));
    for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each)) {
      const SchemaId id = COFFER_TRY(schema_at(each, at.below_id));
      schema(at.id).properties.emplace(doc_.key(each), id);
    }
    return {};
  }

  Result<void> pattern_properties(Queued at, NodeId value) {
    COFFER_TRY(want_object(value));
    for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each)) {
      auto pattern = Pattern::compile(doc_.key(each));
      if (!pattern.ok()) return failure(std::move(pattern).error(), each);
      pattern_steps_ += pattern->step_count();
      if (pattern_steps_ > kPatternStepsTotalMax) {
        return failure(
            Error(ErrorCode::limit, "spec: the property patterns are too large in total"), each);
      }
      const SchemaId id = COFFER_TRY(schema_at(each, at.below_id));
      schema(at.id).patterns.emplace_back(std::move(*pattern), id);
    }
    return {};
  }

  Result<void> dependents(Queued at, std::string_view word, NodeId value) {
    COFFER_TRY(want_object(value));
    for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each)) {
      // The older `dependencies` may list member names instead of giving a schema.
      if (word == "dependencies" && doc_.type(each) == Type::array) continue;
      const SchemaId id = COFFER_TRY(schema_at(each, at.below_id));
      schema(at.id).dependents.emplace_back(doc_.key(each), id);
    }
    return {};
  }

  Result<void> definitions(Queued at, NodeId value) {
    COFFER_TRY(want_object(value));
    for (NodeId each = doc_.first_child(value); each != kNoNode; each = doc_.next_sibling(each)) {
      COFFER_TRY(schema_at(each, at.below_id));
    }
    return {};
  }

  Result<SchemaId> optional_schema(Queued at, std::string_view word) {
    const NodeId value = doc_.find(schema(at.id).node, word);
    if (value == kNoNode) return kNoSchema;
    return schema_at(value, at.below_id);
  }

  Result<void> conditional(Queued at) {
    Conditional found;
    found.condition = COFFER_TRY(optional_schema(at, "if"));
    found.then = COFFER_TRY(optional_schema(at, "then"));
    found.otherwise = COFFER_TRY(optional_schema(at, "else"));
    if (found.condition != kNoSchema) branches_.all.insert(found.condition);
    if (found.condition != kNoSchema || found.then != kNoSchema || found.otherwise != kNoSchema)
      schema(at.id).conditionals.push_back(found);
    return {};
  }

  // `items` is a schema for the remaining elements or, in older drafts, what prefixItems is now.
  Result<void> items(Queued at) {
    const NodeId node = schema(at.id).node;
    const NodeId list = doc_.find(node, "items");
    const NodeId prefix = doc_.find(node, "prefixItems");
    const bool tuple = list != kNoNode && doc_.type(list) == Type::array;
    if (tuple && prefix != kNoNode)
      return misplaced("spec: items as a list and prefixItems exclude each other", list);
    if (tuple || prefix != kNoNode) {
      auto ids = COFFER_TRY(schemas_in(at, tuple ? list : prefix));
      schema(at.id).prefix_items = std::move(ids);
    }
    if (list != kNoNode && !tuple) {
      const SchemaId id = COFFER_TRY(schema_at(list, at.below_id));
      schema(at.id).other_items.push_back(id);
    }
    for (const std::string_view word : {"additionalItems", "unevaluatedItems"}) {
      const SchemaId id = COFFER_TRY(optional_schema(at, word));
      if (id != kNoSchema) schema(at.id).other_items.push_back(id);
    }
    return {};
  }

  // Refuses airbyte_secret under a keyword that no walk follows: it would protect nothing.
  Result<void> find_unreachable_secrets() {
    std::vector<bool> known;
    auto mark = [&](NodeId node) {
      if (known.size() <= node) known.resize(node + std::size_t{1});
      known[node] = true;
    };
    for (const auto& entry : ids_) mark(entry.first);
    for (const NodeId node : known_) mark(node);
    std::vector<NodeId> open{0};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      const bool is_known = node < known.size() && known[node];
      const bool is_schema = ids_.count(node) != 0;
      const bool object = doc_.type(node) == Type::object;
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        if (object && !is_known && doc_.key(child) == "airbyte_secret" &&
            !(doc_.type(child) == Type::boolean && !doc_.boolean(child))) {
          return misplaced("spec: airbyte_secret has no effect at this place", child);
        }
        if (is_schema && holds_data(doc_.key(child))) continue;
        open.push_back(child);
      }
    }
    return {};
  }

  static constexpr std::size_t kPatternStepsTotalMax = 65'536;

  Spec& spec_;
  const Document& doc_;
  std::unordered_map<NodeId, SchemaId> ids_;
  std::vector<NodeId> known_;  // Objects whose members are named schemas.
  std::deque<Queued> queue_;
  std::deque<std::pair<SchemaId, NodeId>> references_;
  Branches branches_;  // The branches between which a document chooses.
  std::size_t pattern_steps_ = 0;
};

Result<Spec> Spec::compile(std::string_view text) {
  if (text.size() > kSpecBytesMax)
    return Error(ErrorCode::limit, "the spec is too large").with_size(text.size(), kSpecBytesMax);
  auto document = json::Document::parse(text);
  if (!document.ok()) return std::move(document).error().about(Subject::Kind::name, "spec");
  Spec spec(std::move(*document));
  COFFER_TRY(SpecCompiler(spec).run());
  return spec;
}

}  // namespace coffer::configs
