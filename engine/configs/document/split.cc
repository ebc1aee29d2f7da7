#include "configs/document/split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "configs/document/inside.h"
#include "configs/document/marker.h"
#include "configs/document/pairing.h"
#include "configs/document/place.h"
#include "configs/document/unmask.h"
#include "configs/spec/spec_walker.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

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
  std::map<std::string_view, const StoredPlace*> facts_by_pointer;

  bool has_secrets_below(const SecretPlace& place) const {
    const std::string prefix = json::print_pointer(place.pointer) + "/";
    const auto found = facts_by_pointer.lower_bound(prefix);
    return found != facts_by_pointer.end() && found->first.starts_with(prefix);
  }
};

Result<Stored> read_stored(const Spec& spec, const ConfigRecord& record) {
  auto document = Document::parse(record.partial.text());
  if (!document.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  Stored stored{std::move(*document), {}, {}, {}};
  stored.places = COFFER_TRY(find_secret_places(spec, stored.document));
  for (const StoredPlace& place : record.places) {
    stored.facts_by_pointer.emplace(place.pointer, &place);
  }
  for (const SecretPlace& place : stored.places) {
    const auto found = stored.facts_by_pointer.find(json::print_pointer(place.pointer));
    stored.facts.push_back(found == stored.facts_by_pointer.end() ? nullptr : found->second);
  }
  return stored;
}

/// The base that a coordinate's version belongs to; empty for a name of another kind.
std::string base_of(std::string_view coordinate) {
  const auto parsed = format::parse_coordinate(coordinate);
  return parsed ? parsed->base : std::string();
}

/// What was decided for one place.
struct Decision {
  StoredPlace fact;
  ConfigOutcome outcome;
};

class Splitter {
 public:
  Splitter(const SplitInput& input, std::vector<SecretPlace> places, const Stored* stored,
           SecretStore& store)
      : input_(input),
        doc_(input.document),
        store_(store),
        splice_(input.document),
        places_(std::move(places)),
        stored_(stored) {}

  Result<SplitResult> run() {
    if (input_.stored != nullptr) {
      for (const StoredPlace& place : input_.stored->places) {
        (place.external ? held_external_ : held_).insert(place.coordinate);
      }
    }
    COFFER_TRY(check_undeclared());
    COFFER_TRY(refuse_signs_inside({doc_, places_, input_.stored}, store_));
    COFFER_TRY(pair());
    decisions_.resize(places_.size());
    payloads_.resize(places_.size());
    const std::vector<std::size_t> order = order_of_work();
    // What stays is known before anything is written: no base is bumped that stands elsewhere.
    for (const std::size_t index : order) COFFER_TRY(decide(index));
    for (const std::size_t index : order) {
      if (payloads_[index]) COFFER_TRY(located(index, new_value(index, *payloads_[index])));
    }
    for (const std::size_t index : order) {
      if (decisions_[index]) result_.outcomes.push_back(std::move(decisions_[index]->outcome));
    }
    for (auto& decision : decisions_) {
      if (decision) result_.places.push_back(std::move(decision->fact));
    }
    result_.partial = std::move(splice_).text();
    return std::move(result_);
  }

 private:
  std::string pointer(std::size_t index) const {
    return json::print_pointer(places_[index].pointer);
  }

  /// Outside declared places nothing may look like a secret's sign: it would be stored as a
  /// value, and hydrated by nobody or by accident.
  Result<void> check_undeclared() const {
    const auto declared = index_places(places_);
    std::vector<NodeId> open{0};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      if (declared.count(node) != 0) continue;
      if (is_sign(doc_, node)) return undeclared_sign(json::print_pointer(pointer_of(doc_, node)));
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        open.push_back(child);
      }
    }
    return {};
  }

  Error undeclared_sign(std::string_view pointer) const {
    if (stored_ != nullptr && stored_->facts_by_pointer.count(pointer) != 0) {
      return usage_at("the spec no longer declares the secret that is stored here",
                      "mark the place again; or give null; or give its value and unmark the place, "
                      "to have it stored in plain",
                      pointer);
    }
    return usage_at("the spec declares no secret here, but a coordinate stands here",
                    "mark the place with airbyte_secret in the spec, or give a plain value",
                    pointer);
  }

  Result<void> pair() {
    pairs_.resize(places_.size());
    if (stored_ == nullptr) return {};
    const SameValue same_value = [&](std::size_t fresh, std::size_t old) -> Result<bool> {
      const StoredPlace* fact = stored_->facts[old];
      if (fact == nullptr || fact->external) return false;
      return store_.holds(fact->coordinate, doc_.raw(places_[fresh].node));
    };
    const Recognize how = input_.may_list ? Recognize::by_content : Recognize::by_position;
    pairs_ = COFFER_TRY(
        pair_places({doc_, places_}, {stored_->document, stored_->places}, same_value, how));
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

  /// Settles what stays as it is, and notes what is a new value.
  Result<void> decide(std::size_t index) {
    const SecretPlace& place = places_[index];
    const Marker marker = marker_at(doc_, place.node, input_.compat_airbyte);
    switch (marker.kind) {
      case Marker::Kind::null: return {};
      case Marker::Kind::malformed: return malformed(index);
      case Marker::Kind::mask: return restore(index);
      case Marker::Kind::external:
        if (marker.name.empty()) {
          return usage_at("secret_coordinate:: must name a secret", "", pointer(index));
        }
        return external(index, std::string(marker.name));
      case Marker::Kind::coordinate: return keep_coordinate(index, std::string(marker.name));
      case Marker::Kind::none: break;
    }
    return located(index, value(index, doc_.raw(place.node)));
  }

  Error malformed(std::size_t index) const {
    if (doc_.find(places_[index].node, "_secret") == kNoNode) {
      return usage_at("a reference id alone leads to no secret of this store",
                      "give the coordinate that belongs to it", pointer(index));
    }
    return usage_at("an object with _secret must hold one coordinate and nothing else", "",
                    pointer(index));
  }

  /// Says where in the document a failure of the store was met.
  Result<void> located(std::size_t index, Result<void> result) const {
    if (result.ok()) return result;
    return at_place(std::move(result).error(), pointer(index));
  }

  const StoredPlace* fact_of(std::size_t index) const {
    return pairs_[index] ? stored_->facts[pairs_[index]->old_place] : nullptr;
  }

  Result<void> restore(std::size_t index) {
    if (!pairs_[index] || !pairs_[index]->identical) return unknown_mask(index);
    const StoredPlace* fact = fact_of(index);
    const NodeId old = stored_->places[pairs_[index]->old_place].node;
    if (fact == nullptr) {
      // Plain so far: a newer spec calls it secret, and masks it by what it says now.
      if (stored_->document.type(old) == Type::null || is_sign(stored_->document, old) ||
          stored_->has_secrets_below(stored_->places[pairs_[index]->old_place])) {
        return unknown_mask(index);
      }
      payloads_[index] = stored_->document.raw(old);
      return {};
    }
    const bool as_written = input_.compat_airbyte && stored_->document.type(old) == Type::object;
    const std::string_view written = as_written ? stored_->document.raw(old) : std::string_view();
    if (fact->external) return external(index, fact->coordinate, written);
    splice_.replace(places_[index].node, as_written ? SecretBytes::copy_of(written)
                                                    : coordinate_object(fact->coordinate));
    return settle(index, ConfigOutcome::Kind::kept, fact->coordinate);
  }

  Error unknown_mask(std::size_t index) const {
    return usage_at("the mask stands for no secret that can be told for sure",
                    "give the value, or the coordinate that the partial document shows",
                    pointer(index));
  }

  Result<void> keep_coordinate(std::size_t index, std::string name) {
    // The node stays as it was written: Airbyte's may carry ids of its own.
    if (held_.count(name) != 0) return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    if (held_external_.count(name) != 0) return external(index, std::move(name));
    if (store_.is_coordinate(name)) {
      COFFER_TRY(located(index, store_.adopt(name)));
      return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    }
    if (input_.compat_airbyte && !name.empty()) return external(index, std::move(name));
    return usage_at("this is no coordinate of a secret in this store",
                    "a secret kept elsewhere is written \"secret_coordinate::NAME\"",
                    pointer(index));
  }

  /// A value: the one that the store has, or one to be written.
  Result<void> value(std::size_t index, std::string_view payload) {
    const StoredPlace* old = heir_to(index);
    if (!input_.always_bump || old == nullptr) {
      if (old != nullptr && COFFER_TRY(store_.holds(old->coordinate, payload))) {
        return stand(index, ConfigOutcome::Kind::kept, old->coordinate);
      }
      auto checked = store_.checked(pointer(index));
      if (checked && COFFER_TRY(store_.holds(*checked, payload))) {
        COFFER_TRY(store_.adopt(*checked));
        return stand(index, ConfigOutcome::Kind::kept, std::move(*checked));
      }
    }
    payloads_[index] = payload;
    return {};
  }

  /// A base gets one new version at most in one operation, and none while another place holds
  /// it: so one version of it lives on. What would be its second value becomes a secret anew.
  Result<void> new_value(std::size_t index, std::string_view payload) {
    if (const StoredPlace* old = heir_to(index)) {
      const std::string base = base_of(old->coordinate);
      if (const auto found = bumped_.find(base); found != bumped_.end()) {
        if (COFFER_TRY(store_.holds(found->second, payload))) {
          return stand(index, ConfigOutcome::Kind::bumped, found->second);
        }
      } else if (input_.compat_airbyte || standing_.count(base) == 0) {
        if (auto bumped = COFFER_TRY(store_.bump(old->coordinate, payload))) {
          bumped_.emplace(base, *bumped);
          return stand(index, ConfigOutcome::Kind::bumped, std::move(*bumped));
        }
      }
    }
    return stand(index, ConfigOutcome::Kind::minted, COFFER_TRY(store_.mint(payload)));
  }

  /// The managed secret whose place this is. Airbyte goes by the exact path alone.
  const StoredPlace* heir_to(std::size_t index) const {
    const StoredPlace* fact = nullptr;
    if (!input_.compat_airbyte) {
      fact = fact_of(index);
    } else if (stored_ != nullptr) {
      const auto found = stored_->facts_by_pointer.find(pointer(index));
      if (found != stored_->facts_by_pointer.end()) fact = found->second;
    }
    return fact != nullptr && !fact->external ? fact : nullptr;
  }

  Result<void> stand(std::size_t index, ConfigOutcome::Kind kind, std::string coordinate) {
    splice_.replace(places_[index].node, coordinate_object(coordinate));
    return settle(index, kind, std::move(coordinate));
  }

  Result<void> settle(std::size_t index, ConfigOutcome::Kind kind, std::string coordinate) {
    const std::string at = pointer(index);
    standing_.insert(base_of(coordinate));
    StoredPlace fact{at, coordinate, false};
    if (kind == ConfigOutcome::Kind::minted) fact.written = StoredPlace::Written::minted;
    if (kind == ConfigOutcome::Kind::bumped) fact.written = StoredPlace::Written::bumped;
    decisions_[index] = Decision{std::move(fact), {at, kind, std::move(coordinate)}};
    return {};
  }

  /// Kept as it was written, so that it can never be taken for a secret of this store. Airbyte
  /// writes it as a coordinate object: compat does so too, unless it could be mistaken.
  /// `as_stored`: how a mask's node stands in the stored document, if that is how it stays.
  Result<void> external(std::size_t index, std::string name, std::string_view as_stored = {}) {
    const std::string at = pointer(index);
    const std::string written = std::string(kExternalPrefix) + name;
    const NodeId node = places_[index].node;
    if (!input_.compat_airbyte || store_.is_coordinate(name)) {
      splice_.replace(node, json::quoted_secret(written));
    } else if (!as_stored.empty()) {
      splice_.replace(node, SecretBytes::copy_of(as_stored));
    } else if (doc_.type(node) != Type::object) {
      splice_.replace(node, coordinate_object(name));
    }
    decisions_[index] =
        Decision{{at, std::move(name), true}, {at, ConfigOutcome::Kind::external, written}};
    return {};
  }

  const SplitInput& input_;
  const Document& doc_;
  SecretStore& store_;
  json::Splice splice_;
  std::vector<SecretPlace> places_;
  const Stored* stored_;
  std::vector<std::optional<Pair>> pairs_;
  std::set<std::string, std::less<>> held_, held_external_;
  std::vector<std::optional<Decision>> decisions_;
  std::vector<std::optional<std::string_view>> payloads_;   ///< New values, to be written.
  std::set<std::string, std::less<>> standing_;             ///< Bases that some place holds.
  std::map<std::string, std::string, std::less<>> bumped_;  ///< Base to its new coordinate.
  SplitResult result_;
};

}  // namespace

Result<SplitResult> split(const SplitInput& input, SecretStore& store) {
  std::optional<Stored> stored;
  if (input.stored != nullptr) stored = COFFER_TRY(read_stored(input.spec, *input.stored));
  std::vector<SecretPlace> places;
  if (input.places != nullptr) {
    places = *input.places;
  } else {
    places = COFFER_TRY(find_secret_places(input.spec, input.document, Shapes::admitted));
  }
  std::optional<WalkedDocument> before;
  if (stored) before.emplace(WalkedDocument{stored->document, stored->places});
  const Recognize how = input.may_list ? Recognize::by_content : Recognize::by_position;
  auto unmasked =
      COFFER_TRY(without_plain_masks({input.document, places}, before ? &*before : nullptr, how));
  const Stored* from = stored ? &*stored : nullptr;
  if (!unmasked) return Splitter(input, std::move(places), from, store).run();

  const Document document = COFFER_TRY(Document::parse(std::move(*unmasked)));
  places = COFFER_TRY(find_secret_places(input.spec, document, Shapes::admitted));
  const SplitInput plain{input.spec,        document, input.stored,  input.compat_airbyte,
                         input.always_bump, nullptr,  input.may_list};
  return Splitter(plain, std::move(places), from, store).run();
}

}  // namespace coffer::configs
