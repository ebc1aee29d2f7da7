#include "configs/document/mask.h"

#include <coffer/configs.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "configs/document/canonical.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/spec/spec_walker.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

constexpr std::size_t kComparedBytesMax = std::size_t{64} << 20;

// The values that must not show, wherever they stand.
class SecretValues {
 public:
  Result<void> add(std::string_view text) {
    const Document value = COFFER_TRY(Document::parse(text));
    if (const auto scalar = scalar_text(value, 0)) {
      if (!scalar->empty())
        scalars_.insert(kept_.emplace_back(SecretBytes::copy_of(*scalar)).text());
    } else if (value.child_count(0) != 0) {
      shapes_.emplace(value.type(0), value.child_count(0));
      SecretBytes canonical = COFFER_TRY(canonical_of(value, 0));
      containers_.insert(kept_.emplace_back(std::move(canonical)).text());
    }
    return {};
  }

  Result<bool> holds(const Document& document, NodeId node) {
    const Type type = document.type(node);
    if (type == Type::null || type == Type::boolean) return false;
    if (const auto scalar = scalar_text(document, node)) return scalars_.count(*scalar) != 0;
    if (shapes_.count({type, document.child_count(node)}) == 0) return false;
    return containers_.count(COFFER_TRY(canonical_of(document, node)).text()) != 0;
  }

 private:
  // Empty for a boolean or null; the empty text is never looked for.
  static std::optional<std::string_view> scalar_text(const Document& document, NodeId node) {
    switch (document.type(node)) {
      case Type::string: return document.string(node);
      case Type::number: return document.raw(node);
      case Type::null:
      case Type::boolean: return std::string_view();
      default: return std::nullopt;
    }
  }

  Result<SecretBytes> canonical_of(const Document& document, NodeId node) {
    SecretBytes out;
    COFFER_TRY(append_canonical(
        out, document, node, [](NodeId) { return false; }, budget_));
    return out;
  }

  std::vector<SecretBytes> kept_;  // Owns the texts in the sets; bytes do not move when it grows.
  std::unordered_set<std::string_view> scalars_, containers_;
  std::set<std::pair<Type, std::size_t>> shapes_;  // Type and size of the containers.
  std::size_t budget_ = kComparedBytesMax;
};

class Masker {
 public:
  Masker(const Document& document, const ConfigRecord& record, MaskStyle style)
      : doc_(document), style_(style), splice_(document) {
    for (const StoredPlace& place : record.places) facts_.emplace(place.pointer, &place);
  }

  Result<MaskedView> run(const Spec& spec, SecretValues& values) {
    const auto places = COFFER_TRY(find_secret_places(spec, doc_));
    const auto index = index_places(places);
    MaskedView view;
    std::vector<NodeId> open{0};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      if (const auto found = index.find(node); found != index.end()) {
        show_place(node, places[found->second]);
        continue;
      }
      const bool hidden = COFFER_TRY(values.holds(doc_, node));
      if (hidden || is_sign(doc_, node)) {
        if (hidden) view.hidden.push_back(json::print_pointer(pointer_of(doc_, node)));
        splice_.replace(node, json::quoted_secret(kSecretMask));
        continue;
      }
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        open.push_back(child);
      }
    }
    view.text = std::move(splice_).text();
    std::sort(view.hidden.begin(), view.hidden.end());
    return view;
  }

 private:
  // The record says which places are external; the text alone does not.
  void show_place(NodeId node, const SecretPlace& place) {
    if (doc_.type(node) == Type::null) return;
    const auto fact = facts_.find(json::print_pointer(place.pointer));
    if (fact == facts_.end() || !is_sign(doc_, node)) {
      splice_.replace(node, json::quoted_secret(kSecretMask));
    } else if (fact->second->external) {
      splice_.replace(node,
                      json::quoted_secret(std::string(kExternalPrefix) + fact->second->coordinate));
    } else if (style_ == MaskStyle::coordinates) {
      splice_.replace(node, coordinate_object(fact->second->coordinate));
    } else {
      splice_.replace(node, json::quoted_secret(kSecretMask));
    }
  }

  const Document& doc_;
  MaskStyle style_;
  json::Splice splice_;
  std::unordered_map<std::string_view, const StoredPlace*> facts_;
};

}  // namespace

Result<MaskedView> masked_view(const Spec& spec, const ConfigRecord& record,
                               const std::vector<SecretBytes>& secrets, MaskStyle style) {
  const auto parsed = Document::parse(record.partial.text());
  if (!parsed.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  SecretValues values;
  for (const SecretBytes& text : secrets) COFFER_TRY(values.add(text.text()));
  return Masker(*parsed, record, style).run(spec, values);
}

}  // namespace coffer::configs
