#include "configs/hydrate.h"

#include <string>
#include <utility>

#include "configs/marker.h"
#include "configs/place.h"
#include "configs/spec_walker.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;

class Hydrator {
 public:
  Hydrator(const Document& partial, const Reveal& reveal, HydrateOptions options)
      : doc_(partial), reveal_(reveal), options_(options), splice_(partial) {}

  Result<SecretBytes> declared(const Spec& spec) {
    const auto places = COFFER_TRY(find_secret_places(spec, doc_));
    const auto index = index_places(places);
    const auto visit = [&](NodeId node) -> Result<bool> {
      if (index.count(node) != 0) {
        COFFER_TRY(fill(node));
        return false;
      }
      const Marker::Kind kind = marker_at(doc_, node).kind;
      if (kind == Marker::Kind::none || kind == Marker::Kind::null || kind == Marker::Kind::mask) {
        return true;
      }
      return failure(Error(ErrorCode::usage, "a coordinate stands where no secret is declared"),
                     node);
    };
    COFFER_TRY(each_node(visit));
    return std::move(splice_).text();
  }

  Result<SecretBytes> everywhere() {
    const auto visit = [&](NodeId node) -> Result<bool> {
      const bool sign = is_sign(doc_, node) && marker_at(doc_, node).kind != Marker::Kind::mask;
      if (sign) COFFER_TRY(fill(node));
      return !sign;
    };
    COFFER_TRY(each_node(visit));
    return std::move(splice_).text();
  }

 private:
  Error failure(Error error, NodeId node) const { return at_node(std::move(error), doc_, node); }

  /// Visits every node until `visit` says not to go below one.
  template <typename Visit>
  Result<void> each_node(const Visit& visit) {
    std::vector<NodeId> open{0};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      if (!COFFER_TRY(visit(node))) continue;
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        open.push_back(child);
      }
    }
    return {};
  }

  Result<void> fill(NodeId node) {
    const Marker marker = marker_at(doc_, node, options_.strings);
    switch (marker.kind) {
      case Marker::Kind::none:  // A value already: it stays.
      case Marker::Kind::null: return {};
      case Marker::Kind::mask:
        return failure(Error(ErrorCode::usage, "a masked document cannot be hydrated",
                             "hydrate the partial document"),
                       node);
      case Marker::Kind::external:
        return failure(
            Error(ErrorCode::usage, "a secret kept elsewhere: no resolver is registered for it"),
            node);
      case Marker::Kind::malformed:
        return failure(
            Error(ErrorCode::usage, "an object with _secret must hold one coordinate only"), node);
      case Marker::Kind::coordinate: break;
    }
    auto text = reveal_(marker.name);
    if (!text.ok()) return failure(std::move(text).error(), node);
    if (options_.strings && text->text().substr(0, 1) != "\"") {
      SecretBytes quoted;
      json::append_quoted(quoted, text->text());
      splice_.replace(node, std::move(quoted));
    } else {
      splice_.replace(node, std::move(*text));
    }
    return {};
  }

  const Document& doc_;
  const Reveal& reveal_;
  HydrateOptions options_;
  json::Splice splice_;
};

}  // namespace

Result<SecretBytes> hydrate_declared(const Spec& spec, const Document& partial,
                                     const Reveal& reveal, HydrateOptions options) {
  return Hydrator(partial, reveal, options).declared(spec);
}

Result<SecretBytes> hydrate_everywhere(const Document& partial, const Reveal& reveal,
                                       HydrateOptions options) {
  return Hydrator(partial, reveal, options).everywhere();
}

}  // namespace coffer::configs
