#include "tools/exchange/same_value.h"

#include "text/json.h"

namespace coffer::tools {
namespace {

bool is_same_text(std::string_view a, std::string_view b) {
  return equal_in_constant_time(as_bytes(a), as_bytes(b));
}

// Recurses at most as deep as a document may be.
bool is_same_node(const json::Document& a, json::NodeId at_a, const json::Document& b,
                  json::NodeId at_b) {
  if (a.type(at_a) != b.type(at_b)) return false;
  if (a.type(at_a) == json::Type::string) return is_same_text(a.string(at_a), b.string(at_b));
  if (a.type(at_a) != json::Type::object && a.type(at_a) != json::Type::array)
    return is_same_text(a.raw(at_a), b.raw(at_b));
  if (a.child_count(at_a) != b.child_count(at_b)) return false;
  json::NodeId child_b = b.first_child(at_b);
  for (json::NodeId child_a = a.first_child(at_a); child_a != json::kNoNode;
       child_a = a.next_sibling(child_a)) {
    if (a.type(at_a) == json::Type::object && !is_same_text(a.key(child_a), b.key(child_b)))
      return false;
    if (!is_same_node(a, child_a, b, child_b)) return false;
    child_b = b.next_sibling(child_b);
  }
  return true;
}

}  // namespace

bool is_identical(const Value& a, const Value& b) {
  return a.form() == b.form() && equal_in_constant_time(a.bytes().bytes(), b.bytes().bytes());
}

bool is_equivalent(const Value& a, const Value& b) {
  if (is_identical(a, b)) return true;
  if (!a.is_json() || !b.is_json()) return false;
  const auto document_a = json::Document::parse(a.text());
  const auto document_b = json::Document::parse(b.text());
  return document_a && document_b && is_same_node(*document_a, 0, *document_b, 0);
}

}  // namespace coffer::tools
