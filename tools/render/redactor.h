// Values taken out of a stream: each becomes ten asterisks, wherever a read happens to end.
//
// All patterns are followed through the stream at once (as Aho and Corasick do), in time that does
// not depend on how many there are. What could yet become a value is held back until it is one, or
// is not; flush() lets it go. Redaction is a net for accidents: a program that means to tell a
// secret can always spell it otherwise.
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
  /// Shorter values would hide half of all output.
  static constexpr std::size_t kShortest = 4;

  /// Line ends at its end aside. Sought are the spellings that value_spellings.h tells.
  void add(std::string_view value);

  /// Appends what may be shown by now.
  void feed(ByteView bytes, SecretBytes& out);
  /// Appends what is held back: it stands alone now.
  void flush(SecretBytes& out);
  bool holds_back() const { return begin_ < held_.size(); }

 private:
  // A place in the tree of patterns: what was read last, as far as a pattern begins so. Its letter
  // stands in letters_, in locked memory.
  struct Node {
    std::uint32_t child = 0, sibling = 0;
    std::uint32_t fallback = 0;  ///< The longest proper ending of it that is a place too.
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
  SecretBytes held_;  ///< From begin_ on: not shown yet.
  std::size_t begin_ = 0;
  std::uint64_t shown_ = 0;   ///< Offset in the stream of what is held first.
  std::deque<Span> covered_;  ///< Apart and in order; the parts of the stream that are values.
  bool mask_shown_ = false;   ///< The byte emitted last was covered.
};

}  // namespace coffer::tools
