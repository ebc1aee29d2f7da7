#include "configs/document/place.h"

#include <utility>

#include "text/ascii.h"
#include "text/printable.h"

namespace coffer::configs {

using json::kNoNode;
using json::NodeId;
using json::Type;

json::Pointer pointer_of(const json::Document& document, NodeId node) {
  json::Pointer pointer;
  const std::size_t wanted = document.offset(node);
  NodeId at = 0;
  while (at != node) {
    std::size_t index = 0;
    NodeId child = document.first_child(at);
    while (child != kNoNode && wanted >= document.offset(child) + document.raw(child).size()) {
      child = document.next_sibling(child);
      ++index;
    }
    if (child == kNoNode) break;
    const bool object = document.type(at) == Type::object;
    pointer.push_back(object ? std::string(document.key(child)) : std::to_string(index));
    at = child;
  }
  return pointer;
}

NodeId child_at(const json::Document& document, NodeId node, const std::string& token) {
  if (document.type(node) != Type::array) return document.find(node, token);
  const auto index = ascii::parse_number<std::size_t>(token);
  return index ? document.element(node, *index) : kNoNode;
}

Error at_place(Error error, std::string_view pointer) {
  return text::about_if_printable(std::move(error), Subject::Kind::pointer, pointer);
}

Error at_node(Error error, const json::Document& document, NodeId node) {
  return at_place(std::move(error), json::print_pointer(pointer_of(document, node)));
}

}  // namespace coffer::configs
