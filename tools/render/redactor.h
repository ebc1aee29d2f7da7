// Values taken out of a stream: each becomes ten asterisks, wherever a read happens to end.
//
// Every value is followed through the stream at once (each as Knuth, Morris and Pratt do), so
// that one which is the beginning of another is covered as well. What could yet become a value
// is held back until it is one, or is not; flush() lets it go. Redaction is a net for
// accidents: a program that means to tell a secret can always spell it otherwise.
#pragma once

#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/json.h"

namespace coffer::tools {

class Redactor {
 public:
  /// Shorter values would hide half of all output.
  static constexpr std::size_t kShortest = 4;

  /// Line ends at its end aside. Also sought: the value as a terminal shows its line ends, and as
  /// JSON writes it; of a JSON object or array each text and number in it.
  void add(std::string_view value);

  /// Appends what may be shown by now.
  void feed(ByteView bytes, SecretBytes& out);
  /// Appends what is held back: it stands alone now.
  void flush(SecretBytes& out);
  bool holds_back() const { return !held_.empty(); }

 private:
  struct Pattern {
    SecretBytes text;
    std::vector<std::uint32_t> fallback;  ///< Longest proper border of each prefix.
    std::uint32_t matched = 0;            ///< How much of it stands at the stream's end.
  };
  void add_members(const json::Document& document, json::NodeId parent);
  void add_text(std::string_view value);
  void add_pattern(std::string_view text);
  static void advance(Pattern& pattern, std::uint8_t byte);
  void cover(std::size_t count);
  void emit(std::size_t count, SecretBytes& out);

  std::vector<Pattern> patterns_;
  std::array<std::vector<std::uint32_t>, 256> beginning_with_;
  std::vector<std::uint32_t> active_;  ///< Patterns of which something is matched.
  SecretBytes held_;
  std::vector<bool> covered_;  ///< Of each held byte: whether it belongs to a value.
  bool mask_shown_ = false;    ///< The byte emitted last was covered.
};

}  // namespace coffer::tools
