#include "configs/split.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "configs/marker.h"
#include "configs/pairing.h"
#include "configs/place.h"
#include "configs/spec_walker.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

constexpr std::size_t kRestoredStringsMax = 1000;

Error usage_at(Literal text, Literal hint, std::string_view pointer) {
  return at_place(Error(ErrorCode::usage, text, hint), pointer);
}

/// Airbyte's order of work, by which it hands out identities: the dotted path with [*] for
/// every index, then the path with the indices, both as strings.
std::pair<std::string, std::string> airbyte_order(const Document& document,
                                                  const json::Pointer& pointer) {
  std::string wild = "$", exact = "$";
  NodeId at = 0;
  for (const std::string& token : pointer) {
    const bool array = document.type(at) == Type::array;
    wild += array ? "[*]" : "." + token;
    exact += array ? "[" + token + "]" : "." + token;
    at = child_at(document, at, token);
  }
  return {std::move(wild), std::move(exact)};
}

/// The stored config, parsed and walked by the new spec.
struct Stored {
  Document document;
  std::vector<SecretPlace> places;
  std::vector<const StoredPlace*> facts;  ///< Beside `places`; null: nothing was secret there.
  std::unordered_map<NodeId, std::size_t> index;
};

Result<Stored> read_stored(const Spec& spec, const ConfigRecord& record,
                           const std::unordered_map<std::string_view, const StoredPlace*>& facts) {
  auto document = Document::parse(record.partial.text());
  if (!document.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  Stored stored{std::move(*document), {}, {}, {}};
  stored.places = COFFER_TRY(find_secret_places(spec, stored.document));
  stored.index = index_places(stored.places);
  for (const SecretPlace& place : stored.places) {
    const auto found = facts.find(json::print_pointer(place.pointer));
    stored.facts.push_back(found == facts.end() ? nullptr : found->second);
  }
  return stored;
}

/// A plain string at the same names in the stored document; arrays have no names.
NodeId plain_string_at(const Stored& stored, const json::Pointer& pointer) {
  NodeId at = 0;
  for (const std::string& token : pointer) {
    if (stored.document.type(at) != Type::object) return kNoNode;
    at = stored.document.find(at, token);
    if (at == kNoNode || stored.index.count(at) != 0) return kNoNode;
  }
  const bool plain = stored.document.type(at) == Type::string && !is_sign(stored.document, at);
  return plain ? at : kNoNode;
}

class Splitter {
 public:
  Splitter(const SplitInput& input, SecretStore& store)
      : input_(input), doc_(input.document), store_(store), splice_(input.document) {}

  Result<SplitResult> run() {
    places_ = COFFER_TRY(find_secret_places(input_.spec, doc_));
    COFFER_TRY(read_what_is_stored());
    COFFER_TRY(check_undeclared());
    COFFER_TRY(pair());
    facts_.resize(places_.size());
    for (const std::size_t index : order_of_work()) COFFER_TRY(decide(index));
    for (auto& fact : facts_) {
      if (fact) result_.places.push_back(std::move(*fact));
    }
    result_.partial = std::move(splice_).text();
    return std::move(result_);
  }

 private:
  Result<void> read_what_is_stored() {
    if (input_.stored == nullptr) return {};
    for (const StoredPlace& place : input_.stored->places) {
      stored_facts_.emplace(place.pointer, &place);
      (place.external ? held_external_ : held_).insert(place.coordinate);
    }
    stored_ = COFFER_TRY(read_stored(input_.spec, *input_.stored, stored_facts_));
    return {};
  }

  /// Outside declared places nothing may look like a secret's sign: it would be stored as a
  /// value, and hydrated by nobody or by accident.
  Result<void> check_undeclared() {
    const auto declared = index_places(places_);
    std::vector<NodeId> open{0};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      if (declared.count(node) != 0) continue;
      if (is_sign(doc_, node)) COFFER_TRY(undeclared_sign(node));
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        open.push_back(child);
      }
    }
    return {};
  }

  Result<void> undeclared_sign(NodeId node) {
    const json::Pointer pointer = pointer_of(doc_, node);
    if (marker_at(doc_, node).kind != Marker::Kind::mask) {
      return usage_at("the spec declares no secret here, but a coordinate stands here",
                      "mark the place with airbyte_secret in the spec, or give a plain value",
                      json::print_pointer(pointer));
    }
    // The masked view also hides plain strings that equal a secret: those come back too.
    const NodeId plain = stored_ ? plain_string_at(*stored_, pointer) : kNoNode;
    if (plain == kNoNode) {
      return usage_at("the mask stands where no secret is declared", "give the value itself",
                      json::print_pointer(pointer));
    }
    if (++restored_strings_ > kRestoredStringsMax) {
      return at_place(Error(ErrorCode::limit, "the document holds too many masks"),
                      json::print_pointer(pointer));
    }
    splice_.replace(node, SecretBytes::copy_of(stored_->document.raw(plain)));
    return {};
  }

  Result<void> pair() {
    pairs_.resize(places_.size());
    if (!stored_) return {};
    const SameValue same_value = [&](std::size_t fresh, std::size_t old) -> Result<bool> {
      const StoredPlace* fact = stored_->facts[old];
      if (fact == nullptr || fact->external) return false;
      return store_.holds(fact->coordinate, doc_.raw(places_[fresh].node));
    };
    pairs_ =
        COFFER_TRY(pair_places({doc_, places_}, {stored_->document, stored_->places}, same_value));
    return {};
  }

  std::vector<std::size_t> order_of_work() const {
    std::vector<std::size_t> order(places_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!input_.compat_airbyte) return order;
    std::vector<std::pair<std::string, std::string>> keys;
    for (const SecretPlace& place : places_) keys.push_back(airbyte_order(doc_, place.pointer));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    return order;
  }

  Result<void> decide(std::size_t index) {
    const SecretPlace& place = places_[index];
    pointer_ = json::print_pointer(place.pointer);
    const Marker marker = marker_at(doc_, place.node, input_.compat_airbyte);
    switch (marker.kind) {
      case Marker::Kind::null: return {};
      case Marker::Kind::malformed:
        return usage_at("an object with _secret must hold one coordinate and nothing else", "",
                        pointer_);
      case Marker::Kind::mask: return restore(index);
      case Marker::Kind::external:
        if (marker.name.empty()) {
          return usage_at("secret_coordinate:: must name a secret", "", pointer_);
        }
        return external(index, std::string(marker.name));
      case Marker::Kind::coordinate: return keep_coordinate(index, std::string(marker.name));
      case Marker::Kind::none: break;
    }
    return located(new_value(index, doc_.raw(place.node)));
  }

  /// Says where in the document a failure of the store was met.
  Result<void> located(Result<void> result) const {
    if (result.ok()) return result;
    return at_place(std::move(result).error(), pointer_);
  }

  const StoredPlace* fact_of(std::size_t index) const {
    return pairs_[index] ? stored_->facts[pairs_[index]->old_place] : nullptr;
  }

  Result<void> restore(std::size_t index) {
    const StoredPlace* fact = fact_of(index);
    if (fact == nullptr || !pairs_[index]->identical) {
      return usage_at("the mask stands for no secret that can be told for sure",
                      "give the value, or the coordinate that the partial document shows",
                      pointer_);
    }
    if (fact->external) return external(index, fact->coordinate);
    return settle(index, ConfigOutcome::Kind::kept, fact->coordinate);
  }

  Result<void> keep_coordinate(std::size_t index, std::string name) {
    if (held_.count(name) != 0) {
      return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    }
    if (held_external_.count(name) != 0) return external(index, std::move(name));
    if (store_.is_coordinate(name)) {
      COFFER_TRY(located(store_.adopt(name)));
      return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    }
    if (input_.compat_airbyte && !name.empty()) return external(index, std::move(name));
    return usage_at("this is no coordinate of a secret in this store",
                    "a secret kept elsewhere is written \"secret_coordinate::NAME\"", pointer_);
  }

  Result<void> new_value(std::size_t index, std::string_view payload) {
    const StoredPlace* old = heir_to(index);
    if (!input_.compat_airbyte) {
      if (old != nullptr && COFFER_TRY(store_.holds(old->coordinate, payload))) {
        return settle(index, ConfigOutcome::Kind::kept, old->coordinate);
      }
      auto checked = store_.checked(pointer_);
      if (checked && COFFER_TRY(store_.holds(*checked, payload))) {
        COFFER_TRY(store_.adopt(*checked));
        return settle(index, ConfigOutcome::Kind::kept, std::move(*checked));
      }
    }
    if (old != nullptr) {
      auto bumped = COFFER_TRY(store_.bump(old->coordinate, payload));
      if (bumped) {
        result_.bumped_from.insert(old->coordinate);
        return settle(index, ConfigOutcome::Kind::bumped, std::move(*bumped));
      }
    }
    return settle(index, ConfigOutcome::Kind::minted, COFFER_TRY(store_.mint(payload)));
  }

  /// The managed secret whose place this is. Airbyte goes by the exact path alone.
  const StoredPlace* heir_to(std::size_t index) const {
    const StoredPlace* fact = nullptr;
    if (input_.compat_airbyte) {
      const auto found = stored_facts_.find(pointer_);
      if (found != stored_facts_.end()) fact = found->second;
    } else {
      fact = fact_of(index);
    }
    return fact != nullptr && !fact->external ? fact : nullptr;
  }

  Result<void> settle(std::size_t index, ConfigOutcome::Kind kind, std::string coordinate) {
    splice_.replace(places_[index].node, coordinate_object(coordinate));
    facts_[index] = StoredPlace{pointer_, coordinate, false};
    result_.outcomes.push_back({pointer_, kind, std::move(coordinate)});
    return {};
  }

  /// Kept as it was written, so that it can never be taken for a secret of this store. Airbyte
  /// writes it as a coordinate object: compat does so too, unless it could be mistaken.
  Result<void> external(std::size_t index, std::string name) {
    const std::string written = std::string(kExternalPrefix) + name;
    SecretBytes text;
    if (input_.compat_airbyte && !store_.is_coordinate(name)) {
      text = coordinate_object(name);
    } else {
      json::append_quoted(text, written);
    }
    splice_.replace(places_[index].node, std::move(text));
    facts_[index] = StoredPlace{pointer_, std::move(name), true};
    result_.outcomes.push_back({pointer_, ConfigOutcome::Kind::external, written});
    return {};
  }

  const SplitInput& input_;
  const Document& doc_;
  SecretStore& store_;
  json::Splice splice_;
  std::vector<SecretPlace> places_;
  std::vector<std::optional<Pair>> pairs_;
  std::optional<Stored> stored_;
  std::unordered_map<std::string_view, const StoredPlace*> stored_facts_;
  std::set<std::string, std::less<>> held_, held_external_;
  std::vector<std::optional<StoredPlace>> facts_;
  std::size_t restored_strings_ = 0;
  std::string pointer_;  // Of the place being decided.
  SplitResult result_;
};

}  // namespace

Result<SplitResult> split(const SplitInput& input, SecretStore& store) {
  return Splitter(input, store).run();
}

}  // namespace coffer::configs
