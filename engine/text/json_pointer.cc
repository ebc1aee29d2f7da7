// JSON Pointer, RFC 6901.

#include "text/ascii.h"
#include "text/json.h"
#include "text/utf8.h"

namespace coffer::json {
namespace {

// "0", or digits without a leading zero: an index has one spelling.
NodeId element_named(const Document& document, NodeId array, std::string_view token) {
  if (token.size() > 1 && token.front() == '0') return kNoNode;
  const auto index = ascii::parse_number<std::size_t>(token);
  return index ? document.element(array, *index) : kNoNode;
}

}  // namespace

std::string print_pointer(const Pointer& pointer) {
  std::string text;
  for (const std::string& token : pointer) {
    text += '/';
    for (const char letter : token) {
      if (letter == '~') {
        text += "~0";
      } else if (letter == '/') {
        text += "~1";
      } else {
        text += letter;
      }
    }
  }
  return text;
}

Result<Pointer> parse_pointer(std::string_view text) {
  if (!utf8::is_valid(text)) return Error(ErrorCode::usage, "a JSON pointer is not valid UTF-8");
  Pointer pointer;
  if (text.empty()) return pointer;
  if (text.front() != '/') return Error(ErrorCode::usage, "a JSON pointer begins with /");
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') {
      pointer.emplace_back();
    } else if (text[at] != '~') {
      pointer.back() += text[at];
    } else if (++at < text.size() && (text[at] == '0' || text[at] == '1')) {
      pointer.back() += text[at] == '0' ? '~' : '/';
    } else {
      return Error(ErrorCode::usage, "a ~ in a JSON pointer must be followed by 0 or 1");
    }
  }
  return pointer;
}

NodeId resolve(const Document& document, const Pointer& pointer) {
  NodeId node = 0;
  for (const std::string& token : pointer) {
    node = document.type(node) == Type::array ? element_named(document, node, token)
                                              : document.find(node, token);
    if (node == kNoNode) break;
  }
  return node;
}

}  // namespace coffer::json
