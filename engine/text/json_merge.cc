#include "text/json_merge.h"

#include <utility>

namespace coffer::json {
namespace {

std::size_t end_of(const Document& document, NodeId node) {
  return document.offset(node) + document.raw(node).size();
}

bool is_null(const Document& document, NodeId node) { return document.type(node) == Type::null; }

bool is_object(const Document& document, NodeId node) {
  return document.type(node) == Type::object;
}

// Removes the members for which `goes` holds, each with the comma that is then superfluous.
template <typename Goes>
void cut_members(const Document& document, NodeId object, Splice& splice, Goes goes) {
  NodeId before = kNoNode;
  bool any_stays = false;
  for (NodeId member = document.first_child(object); member != kNoNode;) {
    const NodeId after = document.next_sibling(member);
    if (!goes(member)) {
      any_stays = true;
    } else if (any_stays) {
      splice.replace_span(end_of(document, before), end_of(document, member), {});
    } else {
      splice.replace_span(document.key_offset(member),
                          after == kNoNode ? end_of(document, member) : document.key_offset(after),
                          {});
    }
    before = std::exchange(member, after);
  }
}

// The text of a patch's value as it becomes part of a document. Null members of objects are
// instructions, so they are left out; nulls inside arrays are values, so they stay.
SecretBytes without_nulls(const Document& patch, NodeId root) {
  Splice splice(patch);
  std::vector<NodeId> objects;
  if (is_object(patch, root)) objects.push_back(root);
  while (!objects.empty()) {
    const NodeId object = objects.back();
    objects.pop_back();
    cut_members(patch, object, splice, [&](NodeId member) { return is_null(patch, member); });
    for (NodeId member = patch.first_child(object); member != kNoNode;
         member = patch.next_sibling(member)) {
      if (is_object(patch, member)) objects.push_back(member);
    }
  }
  return std::move(splice).raw(root);
}

class Merge {
 public:
  Merge(const Document& target, const Document& patch)
      : target_(target), patch_(patch), splice_(target) {}

  SecretBytes run() && {
    pairs_.push_back({0, 0});
    while (!pairs_.empty()) {
      const Pair pair = pairs_.back();
      pairs_.pop_back();
      const bool any_stays = change_members(pair);
      append_members(pair, any_stays);
    }
    return std::move(splice_).text();
  }

 private:
  struct Pair {
    NodeId target, patch;  // Both objects.
  };

  // Returns whether any member of the target's object stays in it.
  bool change_members(Pair pair) {
    bool any_stays = false;
    for (NodeId member = target_.first_child(pair.target); member != kNoNode;
         member = target_.next_sibling(member)) {
      const NodeId change = patch_.find(pair.patch, target_.key(member));
      if (change != kNoNode && is_null(patch_, change)) continue;
      any_stays = true;
      if (change == kNoNode) continue;
      if (is_object(target_, member) && is_object(patch_, change)) {
        pairs_.push_back({member, change});
      } else {
        splice_.replace(member, without_nulls(patch_, change));
      }
    }
    cut_members(target_, pair.target, splice_, [&](NodeId member) {
      const NodeId change = patch_.find(pair.patch, target_.key(member));
      return change != kNoNode && is_null(patch_, change);
    });
    return any_stays;
  }

  void append_members(Pair pair, bool comma) {
    NodeId last = kNoNode;
    for (NodeId member = target_.first_child(pair.target); member != kNoNode;
         member = target_.next_sibling(member)) {
      last = member;
    }
    SecretBytes added;
    for (NodeId change = patch_.first_child(pair.patch); change != kNoNode;
         change = patch_.next_sibling(change)) {
      if (is_null(patch_, change)) continue;
      if (target_.find(pair.target, patch_.key(change)) != kNoNode) continue;
      if (std::exchange(comma, true)) added.append(",");
      added.append(patch_.raw_key(change));
      added.append(":");
      added.append(without_nulls(patch_, change).bytes());
    }
    if (added.empty()) return;
    const std::size_t at =
        last == kNoNode ? target_.offset(pair.target) + 1 : end_of(target_, last);
    splice_.replace_span(at, at, std::move(added));
  }

  const Document& target_;
  const Document& patch_;
  Splice splice_;
  std::vector<Pair> pairs_;
};

}  // namespace

Result<SecretBytes> merge_patch(const Document& target, const Document& patch) {
  SecretBytes merged = is_object(target, 0) && is_object(patch, 0) ? Merge(target, patch).run()
                                                                   : without_nulls(patch, 0);
  if (merged.size() > kMaxTextBytes)
    return Error(ErrorCode::limit, "JSON text is too long").with_number(kMaxTextBytes);
  return merged;
}

}  // namespace coffer::json
