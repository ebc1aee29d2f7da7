#include "configs/document/inside.h"

#include <set>
#include <string_view>
#include <vector>

#include "configs/document/place.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// Reads the node as leniently as possible: an object with "_secret" and other members still names a
// secret.
Marker sign_at(const Document& document, NodeId node) {
  const Marker marker = marker_at(document, node, true);
  if (marker.kind != Marker::Kind::malformed) return marker;
  const NodeId name = document.find(node, "_secret");
  if (name == kNoNode || document.type(name) != Type::string) return {};
  return {Marker::Kind::coordinate, document.string(name)};
}

class Refusal {
 public:
  Refusal(const InsideInput& input, SecretStore& store) : input_(input), store_(store) {
    if (input.stored == nullptr) return;
    for (const StoredPlace& place : input.stored->places) held_.insert(place.coordinate);
  }

  Result<void> run() {
    for (const SecretPlace& place : input_.places) {
      if (is_sign(input_.document, place.node)) continue;
      COFFER_TRY(each_sign_inside(
          input_.document, place.node,
          [this](NodeId node, const Marker& marker) { return check(node, marker); }));
    }
    return {};
  }

 private:
  Result<void> check(NodeId node, const Marker& marker) {
    if (marker.kind == Marker::Kind::mask) {
      return refused(node,
                     "this mask is inside a value that the spec marks as one secret, and would be "
                     "stored as part of it");
    }
    const bool stands = held_.count(marker.name) != 0 || (marker.kind == Marker::Kind::coordinate &&
                                                          COFFER_TRY(store_.knows(marker.name)));
    if (!stands) return {};
    return refused(node,
                   "this coordinate is inside a value that the spec marks as one secret, and "
                   "would be stored in place of the secret behind it");
  }

  Error refused(NodeId node, Literal text) const {
    return at_node(
        Error(ErrorCode::usage, text,
              "give the plain values, to store them as one secret; or one mask for the whole "
              "value, to keep the stored secret"),
        input_.document, node);
  }

  const InsideInput& input_;
  SecretStore& store_;
  std::set<std::string_view> held_;
};

}  // namespace

Result<void> each_sign_inside(const Document& document, NodeId place,
                              const std::function<Result<void>(NodeId, const Marker&)>& visit) {
  std::vector<NodeId> open;
  const auto open_children = [&](NodeId node) {
    for (NodeId child = document.first_child(node); child != kNoNode;
         child = document.next_sibling(child)) {
      open.push_back(child);
    }
  };
  open_children(place);
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    const Marker marker = sign_at(document, node);
    if (marker.kind != Marker::Kind::none && marker.kind != Marker::Kind::null) {
      COFFER_TRY(visit(node, marker));
    }
    open_children(node);
  }
  return {};
}

Result<void> refuse_signs_inside(const InsideInput& input, SecretStore& store) {
  return Refusal(input, store).run();
}

}  // namespace coffer::configs
