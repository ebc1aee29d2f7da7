// Access to a parsed document, and how strings are quoted.
#include "text/json.h"

#include <algorithm>

#include "base/check.h"
#include "text/ascii.h"
#include "text/utf8.h"

namespace coffer::json {
namespace {

template <typename Out>
void quote_into(Out& out, std::string_view text) {
  std::size_t plain = 0;  // Where the run that needs no escape began.
  const auto put = [&out](std::string_view piece) { out.append(piece); };
  put("\"");
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    put(text.substr(plain, at - plain));
    plain = at + 1;
    switch (byte) {
      case '"': put("\\\""); break;
      case '\\': put("\\\\"); break;
      case '\b': put("\\b"); break;
      case '\f': put("\\f"); break;
      case '\n': put("\\n"); break;
      case '\r': put("\\r"); break;
      case '\t': put("\\t"); break;
      default: {
        const char escape[] = {
            '\\', 'u', '0', '0', ascii::kLowerHex[byte >> 4], ascii::kLowerHex[byte & 15]};
        put({escape, sizeof escape});
      }
    }
  }
  put(text.substr(plain));
  put("\"");
}

}  // namespace

const Document::Node& Document::at(NodeId node) const {
  COFFER_CHECK(node < nodes_.size());
  return nodes_[node];
}

const SecretBytes& Document::text() const { return text_; }

Type Document::type(NodeId node) const { return at(node).type; }

std::string_view Document::raw(NodeId node) const {
  const Node& found = at(node);
  return text_.text().substr(found.begin, found.end - found.begin);
}

std::size_t Document::offset(NodeId node) const { return at(node).begin; }

std::string_view Document::string(NodeId node) const {
  const Node& found = at(node);
  COFFER_CHECK(found.type == Type::string);
  const SecretBytes& home = found.string_in_text ? text_ : strings_;
  return home.text().substr(found.string_begin, found.string_size);
}

bool Document::boolean(NodeId node) const {
  COFFER_CHECK(at(node).type == Type::boolean);
  return raw(node).front() == 't';
}

NodeId Document::first_child(NodeId node) const { return at(node).first_child; }

NodeId Document::next_sibling(NodeId node) const { return at(node).next_sibling; }

std::string_view Document::key(NodeId member) const {
  const Node& found = at(member);
  const SecretBytes& home = found.key_in_text ? text_ : strings_;
  return home.text().substr(found.key_begin, found.key_size);
}

std::size_t Document::key_offset(NodeId member) const { return at(member).key_token; }

std::string_view Document::raw_key(NodeId member) const {
  const Node& found = at(member);
  const std::string_view rest = text_.text().substr(found.key_token);
  if (found.key_in_text) return rest.substr(0, std::size_t{found.key_size} + 2);
  std::size_t end = 1;
  while (rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
  return rest.substr(0, end + 1);
}

std::size_t Document::child_count(NodeId node) const { return at(node).child_count; }

NodeId Document::find(NodeId node, std::string_view wanted) const {
  const Node& object = at(node);
  if (object.type != Type::object) return kNoNode;
  if (object.child_count <= kIndexedFrom) {
    NodeId member = object.first_child;
    while (member != kNoNode && key(member) != wanted) member = nodes_[member].next_sibling;
    return member;
  }
  const auto begin = index_.begin() + object.string_begin;
  const auto end = begin + object.child_count;
  const auto found =
      std::lower_bound(begin, end, wanted,
                       [this](NodeId member, std::string_view name) { return key(member) < name; });
  return found != end && key(*found) == wanted ? *found : kNoNode;
}

NodeId Document::element(NodeId node, std::size_t index) const {
  const Node& array = at(node);
  if (array.type != Type::array || index >= array.child_count) return kNoNode;
  if (array.child_count > kIndexedFrom) return index_[array.string_begin + index];
  NodeId child = array.first_child;
  while (index-- > 0) child = nodes_[child].next_sibling;
  return child;
}

void append_quoted(SecretBytes& out, std::string_view text) {
  out.reserve(out.size() + text.size() + 2);
  quote_into(out, text);
}

void append_quoted(std::string& out, std::string_view text) { quote_into(out, text); }

std::string quoted(std::string_view text) {
  std::string out;
  quote_into(out, text);
  return out;
}

SecretBytes quoted_secret(std::string_view text) {
  SecretBytes out;
  append_quoted(out, text);
  return out;
}

bool is_valid_utf8(std::string_view text) { return utf8::is_valid(text); }

}  // namespace coffer::json
