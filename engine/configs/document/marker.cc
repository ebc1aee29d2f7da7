#include "configs/document/marker.h"

#include <coffer/configs.h>

#include "text/json_writer.h"

namespace coffer::configs {

using json::kNoNode;
using json::NodeId;
using json::Type;

Marker marker_at(const json::Document& document, NodeId node, bool lenient) {
  switch (document.type(node)) {
    case Type::null: return {Marker::Kind::null, {}};
    case Type::string: {
      const std::string_view text = document.string(node);
      if (text == kSecretMask) return {Marker::Kind::mask, {}};
      if (text.substr(0, kExternalPrefix.size()) == kExternalPrefix)
        return {Marker::Kind::external, text.substr(kExternalPrefix.size())};
      return {};
    }
    case Type::object: {
      const NodeId secret = document.find(node, "_secret");
      if (secret == kNoNode) {
        const bool by_reference = document.find(node, "_secret_reference_id") != kNoNode;
        return {by_reference ? Marker::Kind::malformed : Marker::Kind::none, {}};
      }
      std::size_t members = 1;
      if (lenient && document.find(node, "_secret_storage_id") != kNoNode) ++members;
      if (lenient && document.find(node, "_secret_reference_id") != kNoNode) ++members;
      if (document.type(secret) != Type::string || document.child_count(node) != members)
        return {Marker::Kind::malformed, {}};
      return {Marker::Kind::coordinate, document.string(secret)};
    }
    default: return {};
  }
}

bool is_sign(const json::Document& document, NodeId node) {
  const Marker::Kind kind = marker_at(document, node).kind;
  return kind != Marker::Kind::none && kind != Marker::Kind::null;
}

SecretBytes coordinate_object(std::string_view coordinate) {
  return json::Writer().open('{').key("_secret").string(coordinate).close('}').take();
}

}  // namespace coffer::configs
