#include "configs/document/unmask.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "configs/document/marker.h"
#include "configs/document/place.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

constexpr std::size_t kPlainMasksMax = 1000;
constexpr std::size_t kAlikeStepsMax = 4'000'000;

bool is_mask(const Document& document, NodeId node) {
  return marker_at(document, node).kind == Marker::Kind::mask;
}

// The masks outside declared places.
std::vector<NodeId> plain_masks(const WalkedDocument& walked) {
  const auto declared = index_places(walked.places);
  std::vector<NodeId> found, open{0};
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    if (declared.count(node) != 0) continue;
    if (is_mask(walked.document, node)) found.push_back(node);
    for (NodeId child = walked.document.first_child(node); child != kNoNode;
         child = walked.document.next_sibling(child)) {
      open.push_back(child);
    }
  }
  return found;
}

std::vector<NodeId> elements(const Document& document, NodeId array) {
  std::vector<NodeId> out;
  for (NodeId each = document.first_child(array); each != kNoNode;
       each = document.next_sibling(each)) {
    out.push_back(each);
  }
  return out;
}

class Unmasker {
 public:
  Unmasker(const WalkedDocument& fresh, const WalkedDocument& stored, Recognize how)
      : fresh_(fresh.document),
        stored_(stored.document),
        how_(how),
        fresh_places_(index_places(fresh.places)),
        stored_places_(index_places(stored.places)),
        splice_(fresh.document) {}

  Result<SecretBytes> run(const std::vector<NodeId>& masks) {
    for (const NodeId mask : masks) {
      NodeId at = 0;
      leads_.insert(at);
      for (const std::string& token : pointer_of(fresh_, mask)) {
        at = child_at(fresh_, at, token);
        leads_.insert(at);
      }
    }
    COFFER_TRY(restore(0, 0));
    return std::move(splice_).text();
  }

 private:
  Error unknown_mask(NodeId node) const {
    return at_node(Error(ErrorCode::usage, "a mask is given where no secret is declared",
                         "give the value itself"),
                   fresh_, node);
  }

  Result<void> spend() {
    if (steps_ == 0)
      return Error(ErrorCode::limit, "the document's masked lists are too large to compare");
    --steps_;
    return {};
  }

  // Whether the view may have hidden the value; it never hides null or a boolean.
  bool could_be_hidden(NodeId node) const {
    if (stored_places_.count(node) != 0 || is_sign(stored_, node)) return false;
    const Type type = stored_.type(node);
    return type != Type::null && type != Type::boolean;
  }

  // `fresh` has masks at or below it; `stored` is its former value, or kNoNode.
  // Recurses as deep as the document, whose depth the parser limits.
  Result<void> restore(NodeId fresh, NodeId stored) {
    if (is_mask(fresh_, fresh)) {
      if (stored == kNoNode || !could_be_hidden(stored)) return unknown_mask(fresh);
      splice_.replace(fresh, SecretBytes::copy_of(stored_.raw(stored)));
      return {};
    }
    const bool same = stored != kNoNode && fresh_.type(fresh) == stored_.type(stored) &&
                      stored_places_.count(stored) == 0;
    if (same && fresh_.type(fresh) == Type::array) return restore_elements(fresh, stored);
    for (NodeId member = fresh_.first_child(fresh); member != kNoNode;
         member = fresh_.next_sibling(member)) {
      if (leads_.count(member) == 0) continue;
      COFFER_TRY(restore(member, same ? stored_.find(stored, fresh_.key(member)) : kNoNode));
    }
    return {};
  }

  Result<void> restore_elements(NodeId fresh, NodeId stored) {
    const std::vector<NodeId> now = elements(fresh_, fresh);
    std::vector<NodeId> before;
    if (how_ == Recognize::by_content) before = elements(stored_, stored);
    if (COFFER_TRY(came_back_as_shown(now, before))) {
      for (std::size_t i = 0; i < now.size(); ++i) {
        if (leads_.count(now[i]) != 0) COFFER_TRY(restore(now[i], before[i]));
      }
      return {};
    }
    std::vector<bool> claimed(before.size());
    for (const NodeId each : now) {
      if (leads_.count(each) != 0) continue;
      const auto found = COFFER_TRY(alike_among(each, before, claimed));
      if (!found.empty()) claimed[found.front()] = true;
    }
    for (const NodeId each : now) {
      if (leads_.count(each) == 0) continue;
      const auto found = COFFER_TRY(alike_among(each, before, claimed));
      COFFER_TRY(restore(each, found.size() == 1 ? before[found.front()] : kNoNode));
    }
    return {};
  }

  Result<bool> came_back_as_shown(const std::vector<NodeId>& now,
                                  const std::vector<NodeId>& before) {
    if (now.size() != before.size()) return false;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (!COFFER_TRY(alike(now[i], before[i]))) return false;
    }
    return true;
  }

  Result<std::vector<std::size_t>> alike_among(NodeId fresh, const std::vector<NodeId>& before,
                                               const std::vector<bool>& claimed) {
    std::vector<std::size_t> found;
    for (std::size_t j = 0; j < before.size(); ++j) {
      if (!claimed[j] && COFFER_TRY(alike(fresh, before[j]))) found.push_back(j);
    }
    return found;
  }

  // Whether the new value may be the view of the stored one: equal except for secrets and masks.
  Result<bool> alike(NodeId fresh, NodeId stored) {
    COFFER_TRY(spend());
    const bool secret = fresh_places_.count(fresh) != 0;
    if (secret || stored_places_.count(stored) != 0)
      return secret && stored_places_.count(stored) != 0;
    if (is_mask(fresh_, fresh)) return could_be_hidden(stored);
    if (fresh_.type(fresh) != stored_.type(stored)) return false;
    switch (fresh_.type(fresh)) {
      case Type::string: return fresh_.string(fresh) == stored_.string(stored);
      case Type::object: return alike_members(fresh, stored);
      case Type::array:
        return came_back_as_shown(elements(fresh_, fresh), elements(stored_, stored));
      default: return fresh_.raw(fresh) == stored_.raw(stored);
    }
  }

  Result<bool> alike_members(NodeId fresh, NodeId stored) {
    std::size_t plain = 0;
    for (NodeId member = fresh_.first_child(fresh); member != kNoNode;
         member = fresh_.next_sibling(member)) {
      if (fresh_places_.count(member) != 0) continue;  // A secret looks like an absent member.
      ++plain;
      const NodeId other = stored_.find(stored, fresh_.key(member));
      if (other == kNoNode || !COFFER_TRY(alike(member, other))) return false;
    }
    for (NodeId member = stored_.first_child(stored); member != kNoNode;
         member = stored_.next_sibling(member)) {
      if (stored_places_.count(member) == 0 && plain-- == 0) return false;
    }
    return plain == 0;
  }

  const Document& fresh_;
  const Document& stored_;
  const Recognize how_;
  std::unordered_map<NodeId, std::size_t> fresh_places_, stored_places_;
  std::unordered_set<NodeId> leads_;  // The nodes on the way to a mask.
  json::Splice splice_;
  std::size_t steps_ = kAlikeStepsMax;
};

}  // namespace

Result<std::optional<SecretBytes>> without_plain_masks(const WalkedDocument& fresh,
                                                       const WalkedDocument* stored,
                                                       Recognize how) {
  const std::vector<NodeId> masks = plain_masks(fresh);
  if (masks.empty()) return std::optional<SecretBytes>();
  if (masks.size() > kPlainMasksMax) {
    return at_node(Error(ErrorCode::limit, "the document holds too many masks"), fresh.document,
                   masks.front());
  }
  if (stored == nullptr) {
    return at_node(Error(ErrorCode::usage, "a mask is given where no secret is declared",
                         "give the value itself"),
                   fresh.document, masks.front());
  }
  return std::optional(COFFER_TRY(Unmasker(fresh, *stored, how).run(masks)));
}

}  // namespace coffer::configs
