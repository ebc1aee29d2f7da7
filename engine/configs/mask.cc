#include "configs/mask.h"

#include <coffer/configs.h>

#include <string>
#include <unordered_set>

#include "configs/marker.h"
#include "configs/spec_walker.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

SecretBytes quoted_text(std::string_view text) {
  SecretBytes out;
  json::append_quoted(out, text);
  return out;
}

/// What a declared place shows.
SecretBytes shown(const Document& document, const SecretPlace& place,
                  const std::unordered_set<std::string_view>& external) {
  const Marker marker = marker_at(document, place.node);
  // Which places are somebody else's is a stored fact; the text alone does not tell.
  if (external.count(json::print_pointer(place.pointer)) != 0 &&
      (marker.kind == Marker::Kind::external || marker.kind == Marker::Kind::coordinate)) {
    return quoted_text(std::string(kExternalPrefix) + std::string(marker.name));
  }
  return quoted_text(kSecretMask);
}

}  // namespace

Result<SecretBytes> masked_view(const Spec& spec, const ConfigRecord& record,
                                const std::vector<SecretBytes>& secret_strings) {
  auto parsed = Document::parse(record.partial.text());
  if (!parsed.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  const Document& document = *parsed;
  const auto places = COFFER_TRY(find_secret_places(spec, document));
  const auto index = index_places(places);
  std::unordered_set<std::string_view> external, secrets;
  for (const StoredPlace& place : record.places) {
    if (place.external) external.insert(place.pointer);
  }
  for (const SecretBytes& text : secret_strings) {
    if (!text.empty()) secrets.insert(text.text());
  }

  json::Splice splice(document);
  std::vector<NodeId> open{0};
  while (!open.empty()) {
    const NodeId node = open.back();
    open.pop_back();
    if (const auto found = index.find(node); found != index.end()) {
      if (document.type(node) == Type::null) continue;
      splice.replace(node, shown(document, places[found->second], external));
      continue;
    }
    const bool repeated =
        document.type(node) == Type::string && secrets.count(document.string(node)) != 0;
    if (repeated || is_sign(document, node)) {
      splice.replace(node, quoted_text(kSecretMask));
      continue;
    }
    for (NodeId child = document.first_child(node); child != kNoNode;
         child = document.next_sibling(child)) {
      open.push_back(child);
    }
  }
  return std::move(splice).text();
}

}  // namespace coffer::configs
