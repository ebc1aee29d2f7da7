#include "configs/document/exposure.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "text/printable.h"

namespace coffer::configs {
namespace {

using json::Document;
using json::kNoNode;
using json::NodeId;
using json::Type;

// The pointer with "#" in place of every list index.
std::string general_form(const Document& document, json::Pointer pointer) {
  NodeId at = 0;
  for (std::string& token : pointer) {
    const bool position = at != kNoNode && document.type(at) == Type::array;
    if (at != kNoNode) at = child_at(document, at, token);
    if (position) token = "#";
  }
  return json::print_pointer(pointer);
}

class Exposure {
 public:
  explicit Exposure(const ExposureInput& input)
      : input_(input), doc_(input.document), declared_(index_places(input.places)) {}

  Result<void> run() {
    const std::set<std::string> secrets = COFFER_TRY(stored_secrets());
    if (secrets.empty()) return {};
    for (const SecretPlace& place : COFFER_TRY(find_secret_places(input_.stored_spec, doc_))) {
      if (secrets.count(general_form(doc_, place.pointer)) == 0) continue;
      if (is_below_a_place(place.pointer) || is_hidden(place.node)) continue;
      const std::string pointer = json::print_pointer(place.pointer);
      if (is_unmarked(pointer)) continue;
      return at_place(Error(ErrorCode::usage,
                            "a secret is stored here, but the new spec would store the value in "
                            "plain",
                            Advice::mark_or_unmark),
                      pointer);
    }
    return {};
  }

 private:
  Result<std::set<std::string>> stored_secrets() const {
    const auto document = Document::parse(input_.stored.partial.text());
    if (!document.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
    std::set<std::string> out;
    for (const StoredPlace& place : input_.stored.places) {
      auto pointer = json::parse_pointer(place.pointer);
      if (!pointer.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
      out.insert(general_form(*document, std::move(*pointer)));
    }
    return out;
  }

  bool is_below_a_place(const json::Pointer& pointer) const {
    NodeId at = 0;
    for (const std::string& token : pointer) {
      if (declared_.count(at) != 0) return true;
      at = child_at(doc_, at, token);
    }
    return declared_.count(at) != 0;
  }

  // Whether no part of the value would be plain. Signs are checked elsewhere.
  bool is_hidden(NodeId value) const {
    std::vector<NodeId> open{value};
    while (!open.empty()) {
      const NodeId node = open.back();
      open.pop_back();
      if (declared_.count(node) != 0 || is_sign(doc_, node)) continue;
      const Type type = doc_.type(node);
      if (type == Type::null) continue;
      if (type != Type::object && type != Type::array) return false;
      for (NodeId child = doc_.first_child(node); child != kNoNode;
           child = doc_.next_sibling(child)) {
        open.push_back(child);
      }
    }
    return true;
  }

  bool is_unmarked(const std::string& pointer) const {
    return std::any_of(input_.unmark.begin(), input_.unmark.end(), [&](const std::string& each) {
      return pointer == each || pointer.starts_with(each + "/");
    });
  }

  const ExposureInput& input_;
  const Document& doc_;
  std::unordered_map<NodeId, std::size_t> declared_;
};

}  // namespace

Result<void> refuse_exposed(const ExposureInput& input) { return Exposure(input).run(); }

}  // namespace coffer::configs
