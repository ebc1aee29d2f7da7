// The parser: one pass, a stack of its own instead of recursion, no backtracking.
#include <algorithm>
#include <array>
#include <optional>

#include "text/json.h"
#include "text/utf8.h"

namespace coffer::json {
namespace {

// Whether a byte inside a string needs no decoding and no check.
constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = plain_bytes();

bool is_digit(int byte) { return byte >= '0' && byte <= '9'; }

int hex_value(int byte) {
  if (is_digit(byte)) return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

void append_utf8(SecretBytes& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<std::uint8_t>(byte)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      put(0xE0 | (point >> 12));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3F));
    }
    put(0x80 | ((point >> 6) & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

}  // namespace

class Parser {
 public:
  Parser(SecretBytes text, Limits limits) : limits_(limits) {
    document_.text_ = std::move(text);
    text_ = document_.text_.text();
  }

  Result<Document> run() && {
    if (!whole()) return *std::move(error_);
    return std::move(document_);
  }

 private:
  struct Open {
    NodeId node;
    NodeId last_child;
  };
  struct Span {
    std::uint32_t token = 0, begin = 0, size = 0;
    bool in_text = true;
  };

  // Every reader returns whether it succeeded; a failure has set error_.
  bool fail(Literal what) { return fail_at(at_, what); }
  bool fail_at(std::size_t offset, Literal what) {
    error_ = Error(ErrorCode::usage, what).with_number(offset);
    return false;
  }
  bool over(std::size_t limit, Literal what) {
    error_ = Error(ErrorCode::limit, what).with_number(limit);
    return false;
  }

  int peek() const { return at_ < text_.size() ? static_cast<std::uint8_t>(text_[at_]) : -1; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(at_); }

  bool take(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool whole() {
    if (text_.starts_with("\xEF\xBB\xBF")) return fail("JSON text begins with no byte order mark");
    skip_space();
    if (!value(nullptr)) return false;
    while (!open_.empty()) {
      skip_space();
      if (!next_child()) return false;
    }
    skip_space();
    if (at_ < text_.size()) return fail("something stands after the JSON value");
    return true;
  }

  // One step inside the innermost open container: its end, or one more child.
  bool next_child() {
    const Open& top = open_.back();
    const bool object = document_.nodes_[top.node].type == Type::object;
    if (take(object ? '}' : ']')) return close();
    if (top.last_child != kNoNode) {
      if (!take(',')) {
        return object ? fail("a comma or } is missing in the JSON object")
                      : fail("a comma or ] is missing in the JSON array");
      }
      skip_space();
    }
    if (!object) return value(nullptr);
    Span name;
    if (peek() != '"') return fail("a JSON object's member needs a name in quotes");
    if (!string(name)) return false;
    skip_space();
    if (!take(':')) return fail("a colon is missing after a JSON member's name");
    skip_space();
    return value(&name);
  }

  bool value(const Span* name) {
    const int first = peek();
    switch (first) {
      case '{': return open(Type::object, name);
      case '[': return open(Type::array, name);
      case '"': return string_value(name);
      case 't': return word("true", Type::boolean, name);
      case 'f': return word("false", Type::boolean, name);
      case 'n': return word("null", Type::null, name);
      case -1: return fail("the JSON text ends too early");
      default: break;
    }
    if (first == '-' || is_digit(first)) return number(name);
    return fail("a JSON value is missing here");
  }

  // Makes a node that begins at `begin` and hangs it under the innermost open container.
  bool add(Type type, std::uint32_t begin, const Span* name) {
    auto& nodes = document_.nodes_;
    if (nodes.size() >= limits_.nodes) return over(limits_.nodes, "too many values in JSON text");
    const auto id = static_cast<NodeId>(nodes.size());
    auto& node = nodes.emplace_back();
    node.type = type;
    node.begin = begin;
    node.end = here();
    if (name != nullptr) {
      node.key_token = name->token;
      node.key_begin = name->begin;
      node.key_size = name->size;
      node.key_in_text = name->in_text;
    }
    if (open_.empty()) return true;
    Open& parent = open_.back();
    ++nodes[parent.node].child_count;
    (parent.last_child == kNoNode ? nodes[parent.node].first_child
                                  : nodes[parent.last_child].next_sibling) = id;
    parent.last_child = id;
    return true;
  }

  bool open(Type type, const Span* name) {
    if (open_.size() >= limits_.depth) return over(limits_.depth, "JSON text is nested too deeply");
    const std::uint32_t begin = here();
    ++at_;
    if (!add(type, begin, name)) return false;
    open_.push_back({static_cast<NodeId>(document_.nodes_.size() - 1), kNoNode});
    return true;
  }

  bool close() {
    const NodeId id = open_.back().node;
    open_.pop_back();
    auto& node = document_.nodes_[id];
    node.end = here();
    if (node.child_count > Document::kIndexedFrom) return close_large(id);
    if (node.type != Type::object) return true;
    for (NodeId later = node.first_child; later != kNoNode; later = next(later)) {
      for (NodeId earlier = node.first_child; earlier != later; earlier = next(earlier)) {
        if (document_.key(earlier) == document_.key(later)) return duplicate(later);
      }
    }
    return true;
  }

  NodeId next(NodeId node) const { return document_.nodes_[node].next_sibling; }

  bool duplicate(NodeId member) {
    return fail_at(document_.nodes_[member].key_token, "a JSON object has a name twice");
  }

  // Sorting bounds the time: a hash table's worst case would be an attacker's to choose.
  bool close_large(NodeId id) {
    auto& node = document_.nodes_[id];
    auto& index = document_.index_;
    node.string_begin = static_cast<std::uint32_t>(index.size());
    for (NodeId child = node.first_child; child != kNoNode; child = next(child))
      index.push_back(child);
    if (node.type != Type::object) return true;
    const auto begin = index.begin() + node.string_begin;
    std::sort(begin, index.end(), [this](NodeId a, NodeId b) {
      const int order = document_.key(a).compare(document_.key(b));
      return order != 0 ? order < 0 : a < b;
    });
    // The first member in the text that repeats a name, whatever the number of members: so the
    // error's offset does not depend on whether the members were sorted.
    NodeId repeated = kNoNode;
    for (auto at = begin + 1; at != index.end(); ++at) {
      if (document_.key(at[-1]) == document_.key(*at)) repeated = std::min(repeated, *at);
    }
    return repeated == kNoNode || duplicate(repeated);
  }

  bool word(std::string_view spelling, Type type, const Span* name) {
    const std::uint32_t begin = here();
    for (const char letter : spelling) {
      if (!take(letter)) return fail("an unknown word in JSON text");
    }
    return add(type, begin, name);
  }

  bool digits() {
    if (!is_digit(peek())) return fail("a digit is missing in a JSON number");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number(const Span* name) {
    const std::uint32_t begin = here();
    take('-');
    if (take('0')) {
      if (is_digit(peek())) return fail("a JSON number begins with no zero");
    } else if (!digits()) {
      return false;
    }
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return add(Type::number, begin, name);
  }

  bool string_value(const Span* name) {
    const std::uint32_t begin = here();
    Span content;
    if (!string(content) || !add(Type::string, begin, name)) return false;
    auto& node = document_.nodes_.back();
    node.string_begin = content.begin;
    node.string_size = content.size;
    node.string_in_text = content.in_text;
    return true;
  }

  // Reads a string with its quotes. Without escapes the text itself is the decoded form.
  bool string(Span& out) {
    out.token = here();
    std::size_t run = ++at_;  // What is not yet copied to strings_, once copying began.
    const std::size_t decoded = document_.strings_.size();
    while (!take('"')) {
      const int byte = peek();
      if (byte < 0) return fail("a JSON string does not end");
      if (byte == '\\') {
        document_.strings_.append(text_.substr(run, at_ - run));
        out.in_text = false;
        if (!escape()) return false;
        run = at_;
      } else if (!plain_run()) {
        return false;
      }
    }
    const std::size_t end = at_ - 1;
    if (!out.in_text) document_.strings_.append(text_.substr(run, end - run));
    out.begin = out.in_text ? out.token + 1 : static_cast<std::uint32_t>(decoded);
    out.size = static_cast<std::uint32_t>(out.in_text ? end - out.begin
                                                      : document_.strings_.size() - decoded);
    return true;
  }

  bool plain_run() {
    for (int byte = peek(); byte >= 0 && byte != '"' && byte != '\\'; byte = peek()) {
      if (kPlain[static_cast<std::size_t>(byte)]) {
        ++at_;
        continue;
      }
      if (byte < 0x20) return fail("a bare control character in a JSON string");
      const std::size_t length = utf8::sequence_bytes(text_.substr(at_));
      if (length == 0) return fail("JSON text is not valid UTF-8");
      at_ += length;
    }
    return true;
  }

  bool escape() {
    const std::size_t begin = at_++;
    const int letter = peek();
    if (letter == 'u') return unicode_escape(begin);
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t which =
        letter < 0 ? std::string_view::npos : kLetters.find(static_cast<char>(letter));
    if (which == std::string_view::npos)
      return fail_at(begin, "an unknown escape in a JSON string");
    document_.strings_.push_back(static_cast<std::uint8_t>(kMeanings[which]));
    ++at_;
    return true;
  }

  bool unicode_escape(std::size_t begin) {
    std::uint32_t point = 0;
    if (!hex_unit(point)) return false;
    if (point >= 0xDC00 && point < 0xE000)
      return fail_at(begin, "half of a surrogate pair in a JSON string");
    if (point >= 0xD800 && point < 0xDC00) {
      std::uint32_t low = 0;
      if (!take('\\') || peek() != 'u')
        return fail_at(begin, "half of a surrogate pair in a JSON string");
      if (!hex_unit(low)) return false;
      if (low < 0xDC00 || low >= 0xE000)
        return fail_at(begin, "half of a surrogate pair in a JSON string");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(document_.strings_, point);
    return true;
  }

  // at_ is at the u; reads it and its four digits.
  bool hex_unit(std::uint32_t& unit) {
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const int digit = hex_value(peek());
      if (digit < 0) return fail("a hexadecimal digit is missing in a JSON string's escape");
      unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  const Limits limits_;
  Document document_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::optional<Error> error_;
};

namespace {

Result<void> check_length(std::size_t size) {
  if (size <= kMaxTextBytes) return {};
  return Error(ErrorCode::limit, "JSON text is too long").with_number(kMaxTextBytes);
}

}  // namespace

Result<Document> Document::parse(SecretBytes text, Limits limits) {
  COFFER_TRY(check_length(text.size()));
  return Parser(std::move(text), limits).run();
}

Result<Document> Document::parse(std::string_view text, Limits limits) {
  COFFER_TRY(check_length(text.size()));  // Before the copy.
  return Parser(SecretBytes::copy_of(text), limits).run();
}

}  // namespace coffer::json
