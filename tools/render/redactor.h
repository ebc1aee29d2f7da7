// Replaces values in a stream by ten asterisks, wherever the reads divide the stream.
// All patterns are matched at once (Aho-Corasick), in time that does not depend on their number.
// Bytes that may begin a value are held back until it is certain; flush() releases them. Redaction
// only catches accidents: a program that wants to leak a secret can write it in another form.
#pragma once

#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace coffer::tools {

class Redactor {
 public:
  /// Hiding shorter values would hide half of all output.
  static constexpr std::size_t kShortest = 4;

  /// Adds a value, without line ends at its end, in the spellings that value_spellings.h lists.
  void add(std::string_view value);

  /// Appends the output that is certain.
  void feed(ByteView bytes, SecretBytes& out);
  /// Appends what is held back, unredacted.
  void flush(SecretBytes& out);
  bool holds_back() const { return begin_ < held_.size(); }

 private:
  // A node in the tree of patterns: the longest beginning of a pattern that was read last. Its
  // letter is in letters_, in locked memory.
  struct Node {
    std::uint32_t child = 0, sibling = 0;
    std::uint32_t fallback = 0;  ///< The node of its longest proper ending in the tree.
    std::uint32_t depth = 0;
    std::uint32_t match = 0;  ///< Length of the longest pattern that ends here.
  };
  struct Span {
    std::uint64_t begin = 0, end = 0;  ///< Offsets in the stream.
  };
  void add_pattern(std::string_view text);
  std::uint32_t child_of(std::uint32_t node, std::uint8_t letter) const;
  std::uint32_t add_child(std::uint32_t node, std::uint8_t letter);
  void link();
  std::uint32_t next(std::uint32_t node, std::uint8_t letter) const;
  void cover(std::uint64_t begin, std::uint64_t end);
  void emit(std::size_t left, SecretBytes& out);

  std::vector<Node> nodes_ = std::vector<Node>(1);
  SecretBytes letters_ = SecretBytes(1);
  std::array<std::uint32_t, 256> roots_{};  ///< Children of the root, by letter.
  bool linked_ = true;
  std::uint32_t at_ = 0;
  SecretBytes held_;  ///< Not emitted yet, from begin_ on.
  std::size_t begin_ = 0;
  std::uint64_t shown_ = 0;   ///< Offset in the stream of the first held byte.
  std::deque<Span> covered_;  ///< The parts of the stream that are values; disjoint, in order.
  bool mask_shown_ = false;   ///< The byte emitted last was covered.
};

}  // namespace coffer::tools
