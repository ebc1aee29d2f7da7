#include "configs/document/pairing.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/check.h"
#include "configs/document/canonical.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// One of the two documents, with an index of the subtrees that hold secrets.
class Side {
 public:
  explicit Side(const WalkedDocument& walked) : doc(walked.document), places(walked.places) {
    index_ = index_places(places);
    for (std::size_t i = 0; i < places.size(); ++i) {
      NodeId at = 0;
      leads_.insert(at);
      for (const std::string& token : places[i].pointer) {
        at = child_at(doc, at, token);
        leads_.insert(at);
      }
    }
  }

  std::optional<std::size_t> place(NodeId node) const {
    const auto found = index_.find(node);
    if (found == index_.end()) return std::nullopt;
    return found->second;
  }
  bool leads_to_secrets(NodeId node) const { return leads_.count(node) != 0; }

  // The places at and below a node, in document order.
  std::vector<std::size_t> places_below(NodeId node) const {
    std::vector<std::size_t> out;
    const std::size_t begin = doc.offset(node);
    const std::size_t end = begin + doc.raw(node).size();
    auto at = std::partition_point(places.begin(), places.end(), [&](const SecretPlace& place) {
      return doc.offset(place.node) < begin;
    });
    for (; at != places.end() && doc.offset(at->node) < end; ++at)
      out.push_back(static_cast<std::size_t>(at - places.begin()));
    return out;
  }

  // Appends the canonical form of the value without its secrets: a secret looks absent.
  Result<void> append_remainder(SecretBytes& out, NodeId node, std::size_t& budget) const {
    if (place(node)) return {};
    return append_canonical(
        out, doc, node, [this](NodeId each) { return place(each).has_value(); }, budget);
  }

  const Document& doc;
  const std::vector<SecretPlace>& places;

 private:
  std::unordered_map<NodeId, std::size_t> index_;
  std::unordered_set<NodeId> leads_;
};

std::vector<NodeId> children(const Document& document, NodeId node) {
  std::vector<NodeId> out;
  for (NodeId each = document.first_child(node); each != kNoNode;
       each = document.next_sibling(each)) {
    out.push_back(each);
  }
  return out;
}

// The positions of elements that look alike, in the new and in the stored array.
struct Alike {
  std::vector<std::size_t> fresh, stored;
};

// Two arrays during their pairing, and which elements are settled.
struct Arrays {
  std::vector<NodeId> fresh, stored;
  std::vector<bool> fresh_done, stored_done;
};

class Pairer {
 public:
  Pairer(const WalkedDocument& fresh, const WalkedDocument& stored, const SameValue& same_value,
         Recognize how)
      : fresh_(fresh),
        stored_(stored),
        same_value_(same_value),
        how_(how),
        pairs_(fresh.places.size()) {}

  Result<std::vector<std::optional<Pair>>> run() {
    COFFER_TRY(pair_values(0, 0, true));
    return std::move(pairs_);
  }

 private:
  // Recurses as deep as the document, whose depth the parser limits.
  Result<void> pair_values(NodeId fresh, NodeId stored, bool identical) {
    const auto place = fresh_.place(fresh);
    const auto old_place = stored_.place(stored);
    if (place && old_place && share_a_source(fresh_.places[*place], stored_.places[*old_place]))
      pairs_[*place] = Pair{*old_place, identical};
    if (place || old_place) return {};
    const Type type = fresh_.doc.type(fresh);
    if (type != stored_.doc.type(stored)) return {};
    ++depth_;
    if (type == Type::object) COFFER_TRY(pair_members(fresh, stored, identical));
    if (type == Type::array) COFFER_TRY(pair_elements(fresh, stored, identical));
    --depth_;
    return {};
  }

  Result<void> pair_members(NodeId fresh, NodeId stored, bool identical) {
    for (const NodeId member : children(fresh_.doc, fresh)) {
      if (!fresh_.leads_to_secrets(member)) continue;
      const NodeId old_member = stored_.doc.find(stored, fresh_.doc.key(member));
      if (old_member == kNoNode || !stored_.leads_to_secrets(old_member)) continue;
      COFFER_TRY(pair_values(member, old_member, identical));
    }
    return {};
  }

  Result<void> pair_elements(NodeId fresh, NodeId stored, bool identical) {
    if (!fresh_.leads_to_secrets(fresh) || !stored_.leads_to_secrets(stored)) return {};
    Arrays arrays{children(fresh_.doc, fresh), children(stored_.doc, stored), {}, {}};
    arrays.fresh_done.resize(arrays.fresh.size());
    arrays.stored_done.resize(arrays.stored.size());
    if (how_ == Recognize::by_position) return pair_leftovers(arrays);

    std::vector<SecretBytes> texts;  // Owns the texts of the keys of `groups`.
    std::map<std::string_view, Alike> groups;
    texts.reserve(arrays.fresh.size() + arrays.stored.size());
    auto group = [&](const Side& side, NodeId node) -> Result<Alike*> {
      COFFER_TRY(side.append_remainder(texts.emplace_back(), node, remainder_budget_));
      return &groups[texts.back().text()];
    };
    for (std::size_t i = 0; i < arrays.fresh.size(); ++i) {
      COFFER_TRY(group(fresh_, arrays.fresh[i]))->fresh.push_back(i);
    }
    for (std::size_t i = 0; i < arrays.stored.size(); ++i) {
      COFFER_TRY(group(stored_, arrays.stored[i]))->stored.push_back(i);
    }
    for (const auto& each : groups) COFFER_TRY(pair_alike(each.second, arrays, identical));
    return pair_leftovers(arrays);
  }

  Result<void> take(Arrays& arrays, std::size_t i, std::size_t j, bool identical) {
    COFFER_CHECK(!arrays.fresh_done[i] && !arrays.stored_done[j]);
    arrays.fresh_done[i] = true;
    arrays.stored_done[j] = true;
    return pair_values(arrays.fresh[i], arrays.stored[j], identical);
  }

  Result<void> pair_alike(const Alike& alike, Arrays& arrays, bool identical) {
    if (alike.fresh.empty() || alike.stored.empty()) return {};
    if (alike.fresh.size() == 1 && alike.stored.size() == 1)
      return take(arrays, alike.fresh[0], alike.stored[0], identical);
    const bool as_many = alike.fresh.size() == alike.stored.size();
    // As many as before, and none has a new value: only the order tells them apart, and a wrong
    // order changes nothing that the caller could see.
    if (as_many && nothing_new(alike, arrays)) {
      for (std::size_t k = 0; k < alike.fresh.size(); ++k) {
        COFFER_TRY(take(arrays, alike.fresh[k], alike.stored[k], identical));
      }
      return {};
    }
    COFFER_TRY(pair_by_value(alike, arrays, identical));
    if (as_many) return {};
    // Some were added or removed, and it is unknown which: the rest gets no pairs.
    for (const std::size_t i : alike.fresh) arrays.fresh_done[i] = true;
    for (const std::size_t j : alike.stored) arrays.stored_done[j] = true;
    return {};
  }

  bool nothing_new(const Alike& alike, const Arrays& arrays) const {
    for (std::size_t k = 0; k < alike.fresh.size(); ++k) {
      const NodeId fresh = arrays.fresh[alike.fresh[k]];
      const NodeId stored = arrays.stored[alike.stored[k]];
      if (!same_shape(fresh, stored)) return false;
      for (const std::size_t place : fresh_.places_below(fresh)) {
        const NodeId node = fresh_.places[place].node;
        if (!is_sign(fresh_.doc, node) && fresh_.doc.type(node) != Type::null) return false;
      }
    }
    return true;
  }

  // Whether two elements have their secrets, and their nulls, at the same places.
  bool same_shape(NodeId fresh, NodeId stored) const {
    const auto places = fresh_.places_below(fresh);
    const auto old_places = stored_.places_below(stored);
    if (places.size() != old_places.size()) return false;
    for (std::size_t k = 0; k < places.size(); ++k) {
      const SecretPlace& a = fresh_.places[places[k]];
      const SecretPlace& b = stored_.places[old_places[k]];
      const bool null = fresh_.doc.type(a.node) == Type::null;
      if (null != (stored_.doc.type(b.node) == Type::null)) return false;
      if (a.pointer.size() != b.pointer.size()) return false;
      if (!std::equal(a.pointer.begin() + depth_, a.pointer.end(), b.pointer.begin() + depth_))
        return false;
    }
    return true;
  }

  Result<void> pair_by_value(const Alike& alike, Arrays& arrays, bool identical) {
    for (const std::size_t i : alike.fresh) {
      if (!fresh_.leads_to_secrets(arrays.fresh[i])) continue;
      // Tries the same position first: most lists come back unchanged.
      if (i < arrays.stored.size() &&
          std::binary_search(alike.stored.begin(), alike.stored.end(), i) &&
          COFFER_TRY(pair_if_equal(arrays, i, i, identical))) {
        continue;
      }
      for (const std::size_t j : alike.stored) {
        if (comparisons_ == 0 || COFFER_TRY(pair_if_equal(arrays, i, j, identical))) break;
      }
    }
    return {};
  }

  Result<bool> pair_if_equal(Arrays& arrays, std::size_t i, std::size_t j, bool identical) {
    if (arrays.stored_done[j]) return false;
    if (!COFFER_TRY(equal_secrets(arrays.fresh[i], arrays.stored[j]))) return false;
    COFFER_TRY(take(arrays, i, j, identical));
    return true;
  }

  // Whether two elements hold the same secrets at the same places, all of them given in plain.
  Result<bool> equal_secrets(NodeId fresh, NodeId stored) {
    const auto places = fresh_.places_below(fresh);
    const auto old_places = stored_.places_below(stored);
    if (places.empty() || !same_shape(fresh, stored)) return false;
    for (std::size_t k = 0; k < places.size(); ++k) {
      const NodeId node = fresh_.places[places[k]].node;
      if (is_sign(fresh_.doc, node)) return false;
      if (fresh_.doc.type(node) == Type::null) continue;
      if (comparisons_ == 0) return false;
      --comparisons_;
      if (!COFFER_TRY(same_value_(places[k], old_places[k]))) return false;
    }
    return true;
  }

  // Pairs, by position, elements that are unpaired on both sides.
  Result<void> pair_leftovers(Arrays& arrays) {
    const std::size_t both = std::min(arrays.fresh.size(), arrays.stored.size());
    for (std::size_t i = 0; i < both; ++i) {
      if (arrays.fresh_done[i] || arrays.stored_done[i]) continue;
      COFFER_TRY(take(arrays, i, i, false));
    }
    return {};
  }

  Side fresh_, stored_;
  const SameValue& same_value_;
  const Recognize how_;
  std::vector<std::optional<Pair>> pairs_;
  std::ptrdiff_t depth_ = 0;  // The length of the pointers to the children under comparison.
  std::size_t remainder_budget_ = kRemainderBytesMax;
  std::size_t comparisons_ = kValueComparisonsMax;
};

}  // namespace

Result<std::vector<std::optional<Pair>>> pair_places(const WalkedDocument& fresh,
                                                     const WalkedDocument& stored,
                                                     const SameValue& same_value, Recognize how) {
  return Pairer(fresh, stored, same_value, how).run();
}

}  // namespace coffer::configs
