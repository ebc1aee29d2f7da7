#include "configs/operations/hydrate.h"

#include <optional>
#include <utility>

#include "base/check.h"
#include "configs/document/inside.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/spec/spec_walker.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;

// The form that coordinate_object() writes. A coordinate has no character that JSON would escape.
constexpr std::string_view kNodeHead = R"({"_secret":")";
constexpr std::string_view kNodeTail = R"("})";

SecretBytes as_string(SecretBytes text) {
  if (text.text().substr(0, 1) == "\"") return text;
  return json::quoted_secret(text.text());
}

class Hydrator {
 public:
  Hydrator(const Document& partial, HydrateOptions options)
      : doc_(partial), options_(options), splice_(partial) {}

  Result<void> declared(const Spec& spec, const Reveal& reveal) {
    const auto places = COFFER_TRY(find_secret_nodes(spec, doc_));
    // `places` and each_node() follow the same order, that of the document.
    auto next = places.begin();
    return each_node([&](NodeId node) -> Result<bool> {
      if (next != places.end() && *next == node) {
        ++next;
        COFFER_TRY(fill(node, reveal));
        return false;
      }
      const Marker::Kind kind = marker_at(doc_, node).kind;
      if (kind == Marker::Kind::none || kind == Marker::Kind::null || kind == Marker::Kind::mask)
        return true;
      return failure(Error(ErrorCode::usage, "a coordinate is given where no secret is declared"),
                     node);
    });
  }

  Result<void> everywhere(const Reveal& reveal) {
    return each_node([&](NodeId node) -> Result<bool> {
      const bool sign = is_sign(doc_, node) && marker_at(doc_, node).kind != Marker::Kind::mask;
      if (sign) COFFER_TRY(fill(node, reveal));
      return !sign;
    });
  }

  Result<SecretBytes> finish(const ConfigResolver* resolver) && {
    for (const auto& [node, name] : elsewhere_) {
      if (resolver == nullptr || !*resolver) {
        return failure(Error(ErrorCode::usage,
                             "this secret is kept elsewhere, and no resolver is registered for it"),
                       node);
      }
      auto text = (*resolver)(name);
      if (!text.ok()) return failure(std::move(text).error(), node);
      if (!Document::parse(text->text()).ok())
        return failure(Error(ErrorCode::usage, "the resolver's answer is not a JSON value"), node);
      put(node, std::move(*text));
    }
    return std::move(splice_).text();
  }

 private:
  Error failure(Error error, NodeId node) const { return at_node(std::move(error), doc_, node); }

  // Visits nodes in document order; goes below a node only if `visit` returns true.
  template <typename Visit>
  Result<void> each_node(const Visit& visit) {
    std::vector<NodeId> open;  // The ancestors of `node`.
    NodeId node = 0;
    for (;;) {
      const NodeId child = COFFER_TRY(visit(node)) ? doc_.first_child(node) : kNoNode;
      if (child != kNoNode) {
        open.push_back(node);
        node = child;
        continue;
      }
      while (node != 0 && doc_.next_sibling(node) == kNoNode) {
        node = open.back();
        open.pop_back();
      }
      if (node == 0) return {};
      node = doc_.next_sibling(node);
    }
  }

  Result<void> fill(NodeId node, const Reveal& reveal) {
    const Marker marker = marker_at(doc_, node, options_.strings);
    switch (marker.kind) {
      case Marker::Kind::none: return stays(node);
      case Marker::Kind::null: return {};
      case Marker::Kind::mask:
        return failure(Error(ErrorCode::usage, "a masked document cannot be hydrated",
                             "hydrate the partial document"),
                       node);
      case Marker::Kind::external: return note_external(node, marker.name);
      case Marker::Kind::malformed:
        return failure(Error(ErrorCode::usage,
                             "an object with _secret must hold one coordinate and nothing else"),
                       node);
      case Marker::Kind::coordinate: break;
    }
    // Airbyte's form of an external name. The stored facts decide, or else the options; text in the
    // form of a coordinate is never external.
    const bool elsewhere = options_.externals != nullptr
                               ? options_.externals->count(marker.name) != 0
                               : options_.names_elsewhere;
    if (elsewhere && !format::parse_coordinate(marker.name))
      return note_external(node, marker.name);
    auto text = reveal(marker.name);
    if (!text.ok()) return failure(std::move(text).error(), node);
    put(node, std::move(*text));
    return {};
  }

  // Keeps a plain value, but refuses one with an unresolved sign inside.
  Result<void> stays(NodeId place) const {
    return each_sign_inside(doc_, place, [this](NodeId node, const Marker& marker) -> Result<void> {
      if (marker.kind == Marker::Kind::mask) {
        return failure(Error(ErrorCode::usage, "a masked document cannot be hydrated",
                             "hydrate the partial document"),
                       node);
      }
      return failure(Error(ErrorCode::usage,
                           "a coordinate is inside a value that the spec marks as one secret",
                           "hydrate with the spec that the document was put with"),
                     node);
    });
  }

  Result<void> note_external(NodeId node, std::string_view name) {
    if (options_.externals != nullptr && options_.externals->count(name) == 0) {
      return failure(Error(ErrorCode::usage, "the stored config holds no such external secret"),
                     node);
    }
    elsewhere_.emplace_back(node, name);
    return {};
  }

  void put(NodeId node, SecretBytes text) {
    if (options_.strings) text = as_string(std::move(text));
    splice_.replace(node, std::move(text));
  }

  const Document& doc_;
  HydrateOptions options_;
  json::Splice splice_;
  std::vector<std::pair<NodeId, std::string>> elsewhere_;
};

}  // namespace

struct Hydration::State {
  State(Document partial, HydrateOptions options)
      : document(std::move(partial)), hydrator(document, options) {}
  Document document;
  Hydrator hydrator;
};

Hydration::Hydration(Document partial, HydrateOptions options)
    : state_(std::make_unique<State>(std::move(partial), options)) {}
Hydration::~Hydration() = default;
Hydration::Hydration(Hydration&&) noexcept = default;
Hydration& Hydration::operator=(Hydration&&) noexcept = default;

Result<void> Hydration::declared(const Spec& spec, const Reveal& reveal) {
  return state_->hydrator.declared(spec, reveal);
}

Result<void> Hydration::everywhere(const Reveal& reveal) {
  return state_->hydrator.everywhere(reveal);
}

Result<SecretBytes> Hydration::finish(const ConfigResolver& resolver) && {
  return std::move(state_->hydrator).finish(&resolver);
}

std::optional<std::vector<std::size_t>> find_stored_nodes(const ConfigRecord& record) {
  std::vector<std::size_t> offsets;
  offsets.reserve(record.places.size());
  const std::string_view text = record.partial.text();
  std::string node;
  std::size_t from = 0;
  for (const StoredPlace& place : record.places) {
    if (place.external) return std::nullopt;
    node.assign(kNodeHead).append(place.coordinate).append(kNodeTail);
    const std::size_t at = text.find(node, from);
    if (at == std::string_view::npos) return std::nullopt;
    offsets.push_back(at);
    from = at + node.size();
  }
  return offsets;
}

Result<SecretBytes> hydrate_stored(const ConfigRecord& record,
                                   const std::vector<std::size_t>& offsets, const Reveal& reveal) {
  COFFER_CHECK(offsets.size() == record.places.size());
  std::vector<SecretBytes> values;
  values.reserve(offsets.size());
  std::size_t size = record.partial.size();
  for (const StoredPlace& place : record.places) {
    auto value = reveal(place.coordinate);
    if (!value.ok()) return at_place(std::move(value).error(), place.pointer);
    values.push_back(record.compat_airbyte ? as_string(std::move(*value)) : std::move(*value));
    size += values.back().size();
  }
  SecretBytes out;
  out.reserve(size);  // Or growing would copy the secrets again and again.
  const std::string_view text = record.partial.text();
  std::size_t done = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    COFFER_CHECK(offsets[i] >= done && offsets[i] < text.size());
    out.append(text.substr(done, offsets[i] - done));
    out.append(values[i].bytes());
    done = offsets[i] + kNodeHead.size() + record.places[i].coordinate.size() + kNodeTail.size();
  }
  out.append(text.substr(done));
  return out;
}

Result<SecretBytes> hydrate_declared(const Spec& spec, const Document& partial,
                                     const Reveal& reveal, HydrateOptions options) {
  Hydrator hydrator(partial, options);
  COFFER_TRY(hydrator.declared(spec, reveal));
  return std::move(hydrator).finish(nullptr);
}

Result<SecretBytes> hydrate_everywhere(const Document& partial, const Reveal& reveal,
                                       HydrateOptions options) {
  Hydrator hydrator(partial, options);
  COFFER_TRY(hydrator.everywhere(reveal));
  return std::move(hydrator).finish(nullptr);
}

}  // namespace coffer::configs
