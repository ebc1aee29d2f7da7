#include "configs/document/split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/check.h"
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

// The key of Airbyte's order of work, in which it mints identities: the dotted path with [*] for
// every index, then the path with the indices, both compared as strings.
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

// The stored config, parsed and walked by the new spec.
struct Stored {
  Document document;
  std::vector<SecretPlace> places;
  std::vector<const StoredPlace*> facts;  // One per place; null: it was not a secret before.
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
  for (const StoredPlace& place : record.places)
    stored.facts_by_pointer.emplace(place.pointer, &place);
  for (const SecretPlace& place : stored.places) {
    const auto found = stored.facts_by_pointer.find(json::print_pointer(place.pointer));
    stored.facts.push_back(found == stored.facts_by_pointer.end() ? nullptr : found->second);
  }
  return stored;
}

// The coordinate's base, or empty if the text is not a coordinate.
std::string base_of(std::string_view coordinate) {
  const auto parsed = format::parse_coordinate(coordinate);
  return parsed ? parsed->base : std::string();
}

// The decision for one place.
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
      for (const StoredPlace& place : input_.stored->places)
        (place.external ? held_external_ : held_).insert(place.coordinate);
    }
    COFFER_TRY(check_undeclared());
    COFFER_TRY(refuse_signs_inside({doc_, places_, input_.stored}, store_));
    COFFER_TRY(pair());
    decisions_.resize(places_.size());
    payloads_.resize(places_.size());
    const std::vector<std::size_t> order = order_of_work();
    // Settles kept secrets before it writes any, since a base that another place keeps must not be
    // bumped.
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
    COFFER_CHECK(result_.places.size() == result_.outcomes.size());
    result_.partial = std::move(splice_).text();
    return std::move(result_);
  }

 private:
  std::string pointer(std::size_t index) const {
    return json::print_pointer(places_[index].pointer);
  }

  // Refuses signs outside declared places: they would be stored as plain values, and hydrated
  // never or by accident.
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
                      "to store it in plain",
                      pointer);
    }
    return usage_at("a coordinate is given where the spec declares no secret",
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

  // Settles the place if its secret is kept, and notes a new value for later.
  Result<void> decide(std::size_t index) {
    const SecretPlace& place = places_[index];
    const Marker marker = marker_at(doc_, place.node, input_.compat_airbyte);
    switch (marker.kind) {
      case Marker::Kind::null: return {};
      case Marker::Kind::malformed: return malformed(index);
      case Marker::Kind::mask: return restore(index);
      case Marker::Kind::external:
        if (marker.name.empty())
          return usage_at("secret_coordinate:: lacks the name of a secret", "", pointer(index));
        return external(index, std::string(marker.name));
      case Marker::Kind::coordinate: return keep_coordinate(index, std::string(marker.name));
      case Marker::Kind::none: break;
    }
    return located(index, value(index, doc_.raw(place.node)));
  }

  Error malformed(std::size_t index) const {
    if (doc_.find(places_[index].node, "_secret") == kNoNode) {
      return usage_at("a reference id without a coordinate names no secret of this store",
                      "give the coordinate that belongs to it", pointer(index));
    }
    return usage_at("an object with _secret must hold one coordinate and nothing else", "",
                    pointer(index));
  }

  // Adds the place in the document to an error of the store.
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
      // The value was plain, but the newer spec calls it secret, and so the view has masked it.
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
    return usage_at("it is not certain which secret this mask stands for",
                    "give the value, or the coordinate that the partial document shows",
                    pointer(index));
  }

  Result<void> keep_coordinate(std::size_t index, std::string name) {
    // Leaves the node as it was written: Airbyte's nodes may carry further ids.
    if (held_.count(name) != 0) return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    if (held_external_.count(name) != 0) return external(index, std::move(name));
    if (store_.is_coordinate(name)) {
      COFFER_TRY(located(index, store_.adopt(name)));
      return settle(index, ConfigOutcome::Kind::kept, std::move(name));
    }
    if (input_.compat_airbyte && !name.empty()) return external(index, std::move(name));
    return usage_at("this is not a coordinate of a secret in this store",
                    "a secret kept elsewhere is written \"secret_coordinate::NAME\"",
                    pointer(index));
  }

  // Decides whether a plain value is a stored one or must be written.
  Result<void> value(std::size_t index, std::string_view payload) {
    const StoredPlace* old = heir_to(index);
    if (!input_.always_bump || old == nullptr) {
      if (old != nullptr && COFFER_TRY(store_.holds(old->coordinate, payload)))
        return stand(index, ConfigOutcome::Kind::kept, old->coordinate);
      auto checked = store_.checked(pointer(index));
      if (checked && COFFER_TRY(store_.holds(*checked, payload))) {
        COFFER_TRY(store_.adopt(*checked));
        return stand(index, ConfigOutcome::Kind::kept, std::move(*checked));
      }
    }
    payloads_[index] = payload;
    return {};
  }

  // One operation bumps a base at most once, and never while another place still refers to it. A
  // second value is minted as a new secret.
  Result<void> new_value(std::size_t index, std::string_view payload) {
    if (const StoredPlace* old = heir_to(index)) {
      const std::string base = base_of(old->coordinate);
      if (const auto found = bumped_.find(base); found != bumped_.end()) {
        if (COFFER_TRY(store_.holds(found->second, payload)))
          return stand(index, ConfigOutcome::Kind::bumped, found->second);
      } else if (input_.compat_airbyte || standing_.count(base) == 0) {
        if (auto bumped = COFFER_TRY(store_.bump(old->coordinate, payload))) {
          bumped_.emplace(base, *bumped);
          return stand(index, ConfigOutcome::Kind::bumped, std::move(*bumped));
        }
      }
    }
    return stand(index, ConfigOutcome::Kind::minted, COFFER_TRY(store_.mint(payload)));
  }

  // The stored secret whose place this is. Airbyte goes by the exact path alone.
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
    COFFER_CHECK(!decisions_[index] && !coordinate.empty());
    const std::string at = pointer(index);
    standing_.insert(base_of(coordinate));
    StoredPlace fact{at, coordinate, false};
    if (kind == ConfigOutcome::Kind::minted) fact.written = StoredPlace::Written::minted;
    if (kind == ConfigOutcome::Kind::bumped) fact.written = StoredPlace::Written::bumped;
    decisions_[index] = Decision{std::move(fact), {at, kind, std::move(coordinate)}};
    return {};
  }

  // Writes an external name in the form that cannot be mistaken for a secret of this store. With
  // compat_airbyte it becomes a coordinate object, as Airbyte writes it, unless it reads as a
  // coordinate. `as_stored`: the stored text of the node to keep for a mask, if any.
  Result<void> external(std::size_t index, std::string name, std::string_view as_stored = {}) {
    COFFER_CHECK(!decisions_[index] && !name.empty());
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
  std::vector<std::optional<std::string_view>> payloads_;   // New values to write.
  std::set<std::string, std::less<>> standing_;             // Bases of settled places.
  std::map<std::string, std::string, std::less<>> bumped_;  // From a base to its new coordinate.
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
