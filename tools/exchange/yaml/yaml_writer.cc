#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

// Longer keys need a `?` before them (YAML 1.2.2, 7.4: 1,024 characters).
constexpr std::size_t kSimpleKeyBytesMax = 1000;

void append_escaped(SecretBytes& out, std::uint32_t point) {
  out.append(point < 0x100 ? "\\x" : "\\u");
  for (int shift = point < 0x100 ? 4 : 12; shift >= 0; shift -= 4)
    out.push_back(static_cast<std::uint8_t>(ascii::kUpperHex[point >> shift & 15]));
}

// The code point, if the text begins with a character of two or three bytes that YAML forbids or
// whose readers take for a line end: U+0080 to U+009F, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF. 0:
// it does not.
std::uint32_t unprintable_at(std::string_view text) {
  const auto byte = [text](std::size_t at) {
    return at < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])) : 0;
  };
  if (byte(0) == 0xC2 && byte(1) < 0xA0) return byte(1);
  if (byte(0) != 0xE2 && byte(0) != 0xEF) return 0;
  const std::uint32_t point = (byte(0) & 15) << 12 | (byte(1) & 63) << 6 | (byte(2) & 63);
  const bool special = point == 0x2028 || point == 0x2029 || point == 0xFEFF || point >= 0xFFFE;
  return special ? point : 0;
}

void append_quoted(SecretBytes& out, std::string_view text) {
  out.push_back('"');
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (byte == '"' || byte == '\\') {
      out.push_back('\\');
      out.push_back(byte);
    } else if (byte == '\n') {
      out.append("\\n");
    } else if (byte == '\t') {
      out.append("\\t");
    } else if (byte == '\r') {
      out.append("\\r");
    } else if (byte < 0x20 || byte == 0x7F) {
      append_escaped(out, byte);
    } else if (const std::uint32_t point = unprintable_at(text.substr(at)); point != 0) {
      append_escaped(out, point);
      at += point < 0x100 ? 1 : 2;
    } else {
      out.push_back(byte);
    }
  }
  out.push_back('"');
}

// Words that some reader takes for a truth value or nothing.
bool is_reserved(std::string_view key) {
  static constexpr std::array<std::string_view, 9> kWords = {"true", "false", "yes", "no", "on",
                                                             "off",  "null",  "y",   "n"};
  return std::find(kWords.begin(), kWords.end(), ascii::lowered(key)) != kWords.end();
}

bool is_plain_key(std::string_view key) {
  return !key.empty() && key.size() <= 128 &&
         (ascii::is_letter(key.front()) || key.front() == '_') && !is_reserved(key) &&
         ascii::holds_only(key, "_-./");
}

class Writer {
 public:
  Writer(SecretBytes& out, const json::Document& document) : out_(out), document_(document) {}

  void write_root(std::size_t level) { value(0, level, ""); }

 private:
  void line_start(std::size_t indent) {
    for (std::size_t i = 0; i < indent; ++i) out_.append("  ");
  }

  // Writes a value after a key, a dash, or at the root: a scalar on the same line, a block on the
  // lines below.
  void value(json::NodeId node, std::size_t indent, std::string_view before) {
    const json::Type type = document_.type(node);
    const bool is_block = (type == json::Type::object || type == json::Type::array) &&
                          document_.child_count(node) > 0;
    if (!is_block) {
      out_.append(before);
      scalar(node);
      out_.push_back('\n');
      return;
    }
    if (!before.empty()) out_.push_back('\n');
    for (json::NodeId child = document_.first_child(node); child != json::kNoNode;
         child = document_.next_sibling(child)) {
      line_start(indent);
      if (type == json::Type::object)
        key(document_.key(child), indent);
      else
        out_.push_back('-');
      value(child, indent + 1, " ");
    }
  }

  void scalar(json::NodeId node) {
    switch (document_.type(node)) {
      case json::Type::string: return append_quoted(out_, document_.string(node));
      case json::Type::object: return out_.append("{}");
      case json::Type::array: return out_.append("[]");
      default: return out_.append(document_.raw(node));
    }
  }

  void key(std::string_view name, std::size_t indent) {
    if (is_plain_key(name)) {
      out_.append(name);
    } else if (name.size() <= kSimpleKeyBytesMax / 6) {  // An escape takes six characters.
      append_quoted(out_, name);
    } else {
      out_.append("? ");
      append_quoted(out_, name);
      out_.push_back('\n');
      line_start(indent);
    }
    out_.push_back(':');
  }

  SecretBytes& out_;
  const json::Document& document_;
};

}  // namespace

void append_yaml(SecretBytes& out, const json::Document& document, std::size_t level) {
  Writer(out, document).write_root(level);
}

}  // namespace coffer::tools
