#include "configs/spec/spec_walker.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// How a schema was reached: a fingerprint of the branches that the document's constants chose on
// the way, or kUnchosenRoute if the way leads through a branch that they ruled out.
using Route = std::uint64_t;
constexpr Route kDirectRoute = 1;
constexpr Route kUnchosenRoute = 0;

// This many comparisons of a pattern take as long as one other step.
constexpr std::size_t kPatternWorkOfAStep = 32;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9E3779B97F4A7C15u ^ (b + 0x632BE59BD9B4E019u);
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  x ^= x >> 31;
  return x == kUnchosenRoute ? 2 : x;
}

// A schema that applies to a value.
struct Application {
  SchemaId schema = kNoSchema;
  Route route = 0;  // For the values below this one.
  Route entry = 0;  // How this value was reached. Leaves out branches that its own content chose,
                    // since the stored document lacks the content of a secret.
  auto operator<=>(const Application&) const = default;
};

// The schemas that apply to one value, each once per route.
class Applied {
 public:
  // Adds a schema of a value that was just reached.
  void enter(SchemaId schema, Route route) { add({schema, route, route}); }

  void add(Application application) {
    if (application.schema == kNoSchema) return;
    if (size_ < kFew) {
      for (std::size_t i = 0; i < size_; ++i) {
        if (few_[i] == application) return;
      }
      few_[size_++] = application;
      return;
    }
    if (seen_.empty()) seen_.insert(few_.begin(), few_.end());
    if (!seen_.insert(application).second) return;
    rest_.push_back(application);
    ++size_;
  }
  std::size_t size() const { return size_; }
  Application operator[](std::size_t i) const { return i < kFew ? few_[i] : rest_[i - kFew]; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr std::size_t kFew =
      8;  // Most values have a handful of schemas, which need no memory.
  std::size_t size_ = 0;
  std::array<Application, kFew> few_;
  std::vector<Application> rest_;
  std::set<Application> seen_;
};

bool equal_scalars(const Document& a, NodeId x, const Document& b, NodeId y) {
  if (a.type(x) != b.type(y)) return false;
  if (a.type(x) == Type::string) return a.string(x) == b.string(y);
  return a.raw(x) == b.raw(y);
}

enum class Choice : std::uint8_t { open, chosen, unchosen };

// `Place` is the form of the result: SecretPlace, or the node alone.
template <typename Place>
class Walker {
 public:
  Walker(const Spec& spec, const Document& document, Shapes shapes = Shapes::any)
      : spec_(spec), doc_(document), shapes_(shapes) {}

  Result<std::vector<Place>> run() {
    Applied root;
    root.enter(spec_.root(), kDirectRoute);
    COFFER_TRY(visit(0, root));
    COFFER_CHECK(pointer_.empty());
    return std::move(places_);
  }

 private:
  static constexpr bool kWhole = std::is_same_v<Place, SecretPlace>;

  Error limit(Literal text) const { return at_node(Error(ErrorCode::limit, text), doc_, at_); }
  Result<void> spend(std::size_t steps) {
    if (steps > budget_) return limit("the document takes too many steps to compare with its spec");
    budget_ -= steps;
    return {};
  }

  // Recurses as deep as the document, whose depth the parser limits.
  Result<void> visit(NodeId value, Applied& applied) {
    at_ = value;
    COFFER_TRY(expand(value, applied));
    if (COFFER_TRY(note_secret(value, applied))) return {};
    if (shapes_ == Shapes::admitted) COFFER_TRY(check_shape(value, applied));
    if (doc_.type(value) == Type::object) return visit_members(value, applied);
    if (doc_.type(value) == Type::array) return visit_elements(value, applied);
    return {};
  }

  // Adds the schemas that apply to the same value through references and composites.
  Result<void> expand(NodeId value, Applied& applied) {
    for (std::size_t i = 0; i < applied.size(); ++i) {
      COFFER_TRY(spend(1));
      const Application from = applied[i];
      const Schema& schema = spec_.schema(from.schema);
      applied.add({schema.reference, from.route, from.entry});
      for (const SchemaId each : schema.all_of) applied.add({each, from.route, from.entry});
      for (const auto& branches : schema.alternatives) {
        COFFER_TRY(add_branches(value, branches, from, applied));
      }
      for (const Conditional& each : schema.conditionals) {
        COFFER_TRY(add_conditional(value, each, from, applied));
      }
      for (const auto& [member, dependent] : schema.dependents) {
        COFFER_TRY(spend(1));
        if (doc_.find(value, member) != kNoNode) applied.add({dependent, from.route, from.entry});
      }
    }
    return {};
  }

  bool admits(SchemaId id, NodeId value) const {
    const Schema& schema = spec_.schema(id);
    return (schema.admits & type_bit(doc_.type(value))) != 0;
  }

  Result<void> add_branches(NodeId value, const std::vector<SchemaId>& branches, Application from,
                            Applied& applied) {
    // All branches count for a sign, which may stand for a secret of any type, and for a value
    // that no branch admits, which must not be uncovered because it is wrong.
    bool all = is_sign(doc_, value);
    if (!all) {
      all = std::none_of(branches.begin(), branches.end(),
                         [&](SchemaId id) { return admits(id, value); });
    }
    for (const SchemaId branch : branches) {
      COFFER_TRY(spend(spec_.schema(branch).choice_steps));
      if (!all && !admits(branch, value)) continue;
      applied.add({branch, through(from.route, branch, choice(value, branch)), from.entry});
    }
    return {};
  }

  static Route through(Route route, SchemaId branch, Choice choice) {
    if (route == kUnchosenRoute || choice == Choice::unchosen) return kUnchosenRoute;
    // Exclusive-or: a cycle of branches leads back to an earlier route, so the walk ends.
    return choice == Choice::open ? route : route ^ mix(branch, kDirectRoute);
  }

  Result<void> add_conditional(NodeId value, const Conditional& parts, Application from,
                               Applied& applied) {
    Choice held = Choice::open;
    if (parts.condition != kNoSchema) {
      COFFER_TRY(spend(spec_.schema(parts.condition).choice_steps));
      held = choice(value, parts.condition);
    }
    const Choice failed = held == Choice::chosen     ? Choice::unchosen
                          : held == Choice::unchosen ? Choice::chosen
                                                     : Choice::open;
    applied.add({parts.condition, from.route, from.entry});
    applied.add({parts.then, through(from.route, parts.then, held), from.entry});
    applied.add({parts.otherwise, through(from.route, parts.otherwise, failed), from.entry});
    return {};
  }

  // Whether the value's members agree with the constants of a branch.
  Choice choice(NodeId value, SchemaId branch) const {
    if (doc_.type(value) != Type::object) return Choice::open;
    const auto& discriminators = spec_.schema(branch).discriminators;
    if (discriminators.empty()) return choice_by_members(value, spec_.schema(branch));
    for (const Discriminator& each : discriminators) {
      const NodeId member = doc_.find(value, each.member);
      if (member == kNoNode) {
        if (each.required) return Choice::unchosen;
        continue;
      }
      const bool agrees =
          is_sign(doc_, member) ||
          std::any_of(each.allowed.begin(), each.allowed.end(), [&](NodeId allowed) {
            return equal_scalars(doc_, member, spec_.document(), allowed);
          });
      if (!agrees) return Choice::unchosen;
    }
    return Choice::chosen;
  }

  // Without discriminators: a branch is chosen if every member it requires is present and none
  // that only another branch names.
  Choice choice_by_members(NodeId value, const Schema& branch) const {
    if (branch.required.empty() && branch.of_others.empty()) return Choice::open;
    for (const std::string_view member : branch.required) {
      if (doc_.find(value, member) == kNoNode) return Choice::unchosen;
    }
    for (const std::string_view member : branch.of_others) {
      const NodeId found = doc_.find(value, member);
      if (found != kNoNode && doc_.type(found) != Type::null) return Choice::unchosen;
    }
    return Choice::chosen;
  }

  Result<bool> note_secret(NodeId value, const Applied& applied) {
    bool secret = false;
    for (std::size_t i = 0; i < applied.size() && !secret; ++i)
      secret = spec_.schema(applied[i].schema).secret;
    if (!secret) return false;
    if (places_.size() == kSecretPlacesMax) return limit("the document holds too many secrets");
    if constexpr (kWhole) {
      places_.push_back({value, pointer_, sources_of(applied)});
    } else {
      places_.push_back(value);
    }
    return true;
  }

  std::vector<std::uint64_t> sources_of(const Applied& applied) const {
    std::vector<std::uint64_t> sources;
    for (std::size_t i = 0; i < applied.size(); ++i) {
      const Application from = applied[i];
      if (spec_.schema(from.schema).secret && from.entry != kUnchosenRoute)
        sources.push_back(mix(from.schema, from.entry));
    }
    std::sort(sources.begin(), sources.end());
    return sources;
  }

  // A value of a shape that the spec does not allow is never split, and its secrets would be stored
  // in plain.
  Result<void> check_shape(NodeId value, const Applied& applied) {
    if (!could_hold_a_secret(value) || is_sign(doc_, value)) return {};
    for (std::size_t i = 0; i < applied.size(); ++i) {
      const Schema& schema = spec_.schema(applied[i].schema);
      if (!leads_past(schema, doc_.type(value))) continue;
      if (COFFER_TRY(is_admitted(value, applied, applied[i].route))) continue;
      return at_node(Error(ErrorCode::usage,
                           "the spec expects another kind of value here, with "
                           "secrets in it: this value would be stored in plain",
                           "give the object or list that the spec declares, or correct the spec"),
                     doc_, value);
    }
    return {};
  }

  // Null and empty values hold no secret: some writers use them for "not given". The root, whose
  // shape must always fit, counts as able to hold one.
  bool could_hold_a_secret(NodeId value) const {
    if (value == 0) return true;
    switch (doc_.type(value)) {
      case Type::null: return false;
      case Type::string: return !doc_.string(value).empty();
      case Type::object:
      case Type::array: return doc_.child_count(value) != 0;
      default: return true;
    }
  }

  // Whether the schema has secrets below values of another type but none below this type.
  static bool leads_past(const Schema& schema, Type type) {
    if (!schema.members_lead && !schema.elements_lead) return false;
    if (type == Type::object) return !schema.members_lead;
    if (type == Type::array) return !schema.elements_lead;
    return true;
  }

  // Whether a schema explicitly allows this type here. A schema that the document's constants ruled
  // out counts only if they also ruled out the asking one.
  Result<bool> is_admitted(NodeId value, const Applied& applied, Route asking) {
    COFFER_TRY(spend(applied.size()));
    const TypeSet type = type_bit(doc_.type(value));
    for (std::size_t i = 0; i < applied.size(); ++i) {
      const Schema& schema = spec_.schema(applied[i].schema);
      const bool named = schema.types != kAnyType && (schema.types & schema.admits & type) != 0;
      if (named && (applied[i].route != kUnchosenRoute || asking == kUnchosenRoute)) return true;
    }
    return false;
  }

  Result<void> visit_members(NodeId value, const Applied& applied) {
    for (NodeId member = doc_.first_child(value); member != kNoNode;
         member = doc_.next_sibling(member)) {
      Applied inner;
      for (std::size_t i = 0; i < applied.size(); ++i) {
        COFFER_TRY(add_for_member(doc_.key(member), applied[i], inner));
      }
      if (inner.empty()) continue;
      if constexpr (kWhole) pointer_.emplace_back(doc_.key(member));
      COFFER_TRY(visit(member, inner));
      if constexpr (kWhole) pointer_.pop_back();
    }
    return {};
  }

  Result<void> add_for_member(std::string_view key, Application from, Applied& inner) {
    const Schema& schema = spec_.schema(from.schema);
    COFFER_TRY(spend(1));
    bool named = false;
    if (const auto found = schema.properties.find(key); found != schema.properties.end()) {
      named = true;
      inner.enter(found->second, from.route);
    }
    for (const auto& [pattern, id] : schema.patterns) {
      COFFER_TRY(spend(1 + pattern.cost_of(key.size()) / kPatternWorkOfAStep));
      if (!pattern.matches(key)) continue;
      named = true;
      inner.enter(id, from.route);
    }
    if (named) return {};
    for (const SchemaId id : schema.other_properties) inner.enter(id, from.route);
    return {};
  }

  Result<void> visit_elements(NodeId value, const Applied& applied) {
    std::size_t index = 0;
    for (NodeId element = doc_.first_child(value); element != kNoNode;
         element = doc_.next_sibling(element), ++index) {
      Applied inner;
      for (std::size_t i = 0; i < applied.size(); ++i) {
        COFFER_TRY(spend(1));
        const Route route = applied[i].route;
        const Schema& schema = spec_.schema(applied[i].schema);
        if (index < schema.prefix_items.size()) {
          inner.enter(schema.prefix_items[index], route);
        } else {
          for (const SchemaId each : schema.other_items) inner.enter(each, route);
        }
        for (const SchemaId each : schema.every_item) inner.enter(each, route);
      }
      if (inner.empty()) continue;
      if constexpr (kWhole) pointer_.push_back(std::to_string(index));
      COFFER_TRY(visit(element, inner));
      if constexpr (kWhole) pointer_.pop_back();
    }
    return {};
  }

  const Spec& spec_;
  const Document& doc_;
  Shapes shapes_;
  std::vector<Place> places_;
  json::Pointer pointer_;  // Kept for SecretPlace only.
  NodeId at_ = 0;
  std::size_t budget_ = kWalkStepsMax;
};

}  // namespace

Result<std::vector<SecretPlace>> find_secret_places(const Spec& spec, const Document& document,
                                                    Shapes shapes) {
  return Walker<SecretPlace>(spec, document, shapes).run();
}

Result<std::vector<NodeId>> find_secret_nodes(const Spec& spec, const Document& document) {
  return Walker<NodeId>(spec, document).run();
}

std::unordered_map<NodeId, std::size_t> index_places(const std::vector<SecretPlace>& places) {
  std::unordered_map<NodeId, std::size_t> index;
  for (std::size_t i = 0; i < places.size(); ++i) index.emplace(places[i].node, i);
  return index;
}

bool share_a_source(const SecretPlace& a, const SecretPlace& b) {
  if (a.sources.empty() && b.sources.empty()) return true;
  return std::any_of(a.sources.begin(), a.sources.end(), [&](std::uint64_t source) {
    return std::binary_search(b.sources.begin(), b.sources.end(), source);
  });
}

}  // namespace coffer::configs
