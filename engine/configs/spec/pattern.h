// A property-name pattern of a schema, matched in time linear in the name.
//
// patternProperties holds regular expressions from untrusted authors. On some of them std::regex
// throws, recurses once per character, or backtracks for ever. Here a pattern becomes a small
// automaton whose states are followed all at once. Features that such an automaton lacks
// (look-around, back-references, word boundaries, \p classes) are refused: a guess at their
// meaning could store a secret in plain.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace coffer::configs {

inline constexpr std::size_t kPatternBytesMax = 1024;
inline constexpr std::size_t kPatternStepsMax = 4096;

class Pattern {
 public:
  /// ECMA-262 syntax. Errors: usage (malformed, or a feature named above), limit (size).
  static Result<Pattern> compile(std::string_view text);

  /// Whether the pattern matches anywhere in `name`, which must be UTF-8.
  bool matches(std::string_view name) const;
  std::size_t step_count() const { return steps_.size(); }
  /// The most comparisons that matching a name of this size may take, for the walker's budget.
  std::size_t cost_of(std::size_t name_bytes) const { return (name_bytes + 1) * work_; }

  struct Range {
    std::uint32_t first, last;
  };
  /// Jumps are relative, so that a repeated part can be copied unchanged.
  struct Step {
    enum class Op : std::uint8_t { characters, split, jump, at_start, at_end, accept };
    Op op;
    std::int32_t a = 0, b = 0;  // Targets; for `characters`, a = index into sets_.
  };

 private:
  friend class PatternParser;
  bool admits(const Step& step, std::uint32_t character) const;

  std::vector<Step> steps_;
  std::vector<std::vector<Range>> sets_;  // Each is sorted; its ranges do not touch.
  std::size_t work_ = 0;                  // The most comparisons per character.
};

}  // namespace coffer::configs
