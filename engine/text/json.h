// JSON text read exactly: every value keeps the span of text that it came from. So a document can
// be changed at one place and stay the same, to the byte, everywhere else. nlohmann/json and its
// peers lose the text of numbers, and copy secrets to memory that is not locked.
//
// Strict RFC 8259: UTF-8 without a byte order mark, no duplicate keys (compared
// after decoding), no lone surrogates, bounded depth and node count, nothing after
// the value. Text and decoded strings stay in locked memory.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace coffer::json {

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

struct Limits {
  std::size_t depth = 128;  ///< Containers inside one another; a lone number has depth 0.
  std::size_t nodes = 1'000'000;
};

/// Longer texts are refused: offsets are 32 bits wide, and no store holds a value that large.
inline constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

/// Index of a node in its document; the root is 0, children come after their parent.
using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xFFFFFFFF;

class Document {
 public:
  /// Errors: usage (not JSON; number() = the byte offset where it went wrong), limit (depth,
  /// nodes, length; number() = the limit). Time is O(n log n) at worst, whatever the text.
  static Result<Document> parse(SecretBytes text, Limits limits = {});
  static Result<Document> parse(std::string_view text, Limits limits = {});

  const SecretBytes& text() const;
  Type type(NodeId node) const;
  /// The exact text of the value, from its first byte to its last.
  std::string_view raw(NodeId node) const;
  /// Where raw(node) begins in text().
  std::size_t offset(NodeId node) const;
  /// The decoded content of a string node. The node must be a string.
  std::string_view string(NodeId node) const;
  bool boolean(NodeId node) const;

  /// First child, then next sibling; kNoNode at the end. The children of an object are its
  /// members' values, each with its decoded key().
  NodeId first_child(NodeId node) const;
  NodeId next_sibling(NodeId node) const;
  std::string_view key(NodeId member) const;
  /// The key as the text has it, with its quotes and escapes; key_offset is where it begins.
  std::string_view raw_key(NodeId member) const;
  std::size_t key_offset(NodeId member) const;
  std::size_t child_count(NodeId node) const;
  /// A member of an object by its decoded key; kNoNode if it is absent or `node` is no object.
  /// find and element never walk more than a few nodes: large containers have an index.
  NodeId find(NodeId node, std::string_view key) const;
  /// An element of an array; kNoNode if it is absent or `node` is no array.
  NodeId element(NodeId node, std::size_t index) const;

 private:
  friend class Parser;
  struct Node {
    std::uint32_t begin = 0, end = 0;  // Span in text_.
    // A string: where its decoded form is, in text_ or strings_. A container with more than
    // kIndexedFrom children: string_begin is where its part of index_ begins.
    std::uint32_t string_begin = 0, string_size = 0;
    std::uint32_t key_token = 0;                // The key's opening quote in text_.
    std::uint32_t key_begin = 0, key_size = 0;  // Decoded key.
    NodeId first_child = kNoNode, next_sibling = kNoNode;
    std::uint32_t child_count = 0;
    Type type = Type::null;
    bool string_in_text = true, key_in_text = true;  // No escapes: the text itself serves.
  };
  static constexpr std::size_t kIndexedFrom = 16;

  const Node& at(NodeId node) const;
  SecretBytes text_;
  SecretBytes strings_;  // Decoded forms of strings that had escapes.
  std::vector<Node> nodes_;
  std::vector<NodeId> index_;  // Children of large containers: members by key, elements in order.
};

/// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8: it is not checked.
void append_quoted(SecretBytes& out, std::string_view text);
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);
SecretBytes quoted_secret(std::string_view text);
bool is_valid_utf8(std::string_view text);

/// A place in a document as reference tokens (RFC 6901), decoded; array indices as decimal.
using Pointer = std::vector<std::string>;
std::string print_pointer(const Pointer& pointer);
/// Errors: usage (not valid UTF-8, or no JSON Pointer).
Result<Pointer> parse_pointer(std::string_view text);
/// kNoNode if the document has nothing at that place; "-" (past an array's end) names nothing.
NodeId resolve(const Document& document, const Pointer& pointer);

/// Copies a document's text with some spans replaced, and everything else byte for byte. The
/// document must outlive the splice. Edits must not overlap: the splice checks it.
class Splice {
 public:
  explicit Splice(const Document& document) : document_(document) {}
  /// `replacement` is JSON text.
  void replace(NodeId node, SecretBytes replacement);
  /// Replaces any span of text(); an empty span inserts. At one offset an insertion goes before a
  /// replacement that begins there; otherwise edits keep the order in which they were given.
  void replace_span(std::size_t begin, std::size_t end, SecretBytes replacement);
  SecretBytes text() &&;
  /// The edited text of one node; every edit must lie within the node.
  SecretBytes raw(NodeId node) &&;

 private:
  struct Edit {
    std::size_t begin, end;
    SecretBytes replacement;
  };
  SecretBytes edited(std::size_t begin, std::size_t end);
  const Document& document_;
  std::vector<Edit> edits_;
};

}  // namespace coffer::json
