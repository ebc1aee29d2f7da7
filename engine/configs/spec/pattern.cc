#include "configs/spec/pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "text/ascii.h"

namespace coffer::configs {
namespace {

using Range = Pattern::Range;
using Step = Pattern::Step;
using Code = std::vector<Step>;
using Set = std::vector<Range>;

constexpr std::uint32_t kLastCharacter = 0x10FFFF;
constexpr std::size_t kGroupDepthMax = 32;

// Reads one character of valid UTF-8 and steps past it; an invalid byte counts as a character.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint32_t lead = byte(at++);
  const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  if (more == 0 || text.size() - at < more) return lead;
  std::uint32_t character = lead & (0x3Fu >> more);
  for (std::size_t i = 0; i < more; ++i) character = character << 6 | (byte(at++) & 0x3Fu);
  return character;
}

// Returns the same characters in the fewest possible ranges.
Set merged(Set set) {
  std::sort(set.begin(), set.end(), [](Range x, Range y) { return x.first < y.first; });
  Set out;
  for (const Range& range : set) {
    if (!out.empty() && range.first <= out.back().last + 1) {
      out.back().last = std::max(out.back().last, range.last);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

Set inverted(Set set) {
  std::sort(set.begin(), set.end(), [](Range x, Range y) { return x.first < y.first; });
  Set out;
  std::uint32_t from = 0;
  for (const Range& range : set) {
    if (range.first > from) out.push_back({from, range.first - 1});
    from = std::max(from, range.last + 1);
  }
  if (from <= kLastCharacter) out.push_back({from, kLastCharacter});
  return out;
}

Set digits() { return {{'0', '9'}}; }
Set word_characters() { return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}; }
Set spaces() {
  return {{0x09, 0x0D},     {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
          {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
}
Set line_ends() { return {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}; }

// The character set of \d, \W and similar escapes.
std::optional<Set> class_escape(char letter) {
  switch (letter) {
    case 'd': return digits();
    case 'D': return inverted(digits());
    case 'w': return word_characters();
    case 'W': return inverted(word_characters());
    case 's': return spaces();
    case 'S': return inverted(spaces());
    default: return std::nullopt;
  }
}

Error malformed() { return {ErrorCode::usage, "spec: a property pattern is malformed"}; }
Error unsupported() {
  return {ErrorCode::usage, "spec: a property pattern uses an unsupported feature",
          "look-around, back-references, \\b and \\p are not supported"};
}
Error too_large() { return {ErrorCode::limit, "spec: a property pattern is too large"}; }

}  // namespace

// Parses by recursive descent; the nesting of groups is limited.
class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  Result<Pattern> run() {
    if (text_.size() > kPatternBytesMax) return too_large();
    Code code = COFFER_TRY(alternatives(0));
    if (at_ != text_.size()) return malformed();
    code.push_back({Step::Op::accept});
    pattern_.steps_ = std::move(code);
    for (const Step& step : pattern_.steps_) {
      const bool compares = step.op == Step::Op::characters;
      pattern_.work_ +=
          1 + (compares ? pattern_.sets_[static_cast<std::size_t>(step.a)].size() : 0);
    }
    COFFER_CHECK(pattern_.steps_.size() <= kPatternStepsMax + 1);
    return std::move(pattern_);
  }

 private:
  bool done() const { return at_ == text_.size(); }
  char peek() const { return text_[at_]; }
  bool take(char expected) {
    if (done() || peek() != expected) return false;
    ++at_;
    return true;
  }

  static std::int32_t length(const Code& code) { return static_cast<std::int32_t>(code.size()); }

  Result<void> append(Code& code, const Code& more) {
    if (code.size() + more.size() > kPatternStepsMax) return too_large();
    code.insert(code.end(), more.begin(), more.end());
    return {};
  }

  Result<Code> alternatives(std::size_t depth) {
    Code code = COFFER_TRY(sequence(depth));
    while (take('|')) {
      const Code other = COFFER_TRY(sequence(depth));
      Code both;
      both.push_back({Step::Op::split, 1, length(code) + 2});
      COFFER_TRY(append(both, code));
      both.push_back({Step::Op::jump, length(other) + 1});
      COFFER_TRY(append(both, other));
      code = std::move(both);
    }
    return code;
  }

  Result<Code> sequence(std::size_t depth) {
    Code code;
    while (!done() && peek() != '|' && peek() != ')') {
      const Code atom = COFFER_TRY(quantified(depth));
      COFFER_TRY(append(code, atom));
    }
    return code;
  }

  Result<Code> quantified(std::size_t depth) {
    const bool assertion = peek() == '^' || peek() == '$';
    Code atom = COFFER_TRY(this->atom(depth));
    std::size_t least = 1, most = 1;
    bool endless = false;
    if (!COFFER_TRY(quantifier(least, most, endless))) return atom;
    if (assertion) return malformed();
    take('?');  // A lazy quantifier matches the same names as a greedy one.
    return repeated(atom, least, most, endless);
  }

  // Reads `*`, `+`, `?` or `{m,n}`; false if there is no quantifier here.
  Result<bool> quantifier(std::size_t& least, std::size_t& most, bool& endless) {
    if (take('*')) return least = 0, endless = true;
    if (take('+')) return least = 1, endless = true;
    if (take('?')) return least = 0, most = 1, true;
    if (done() || peek() != '{') return false;
    ++at_;
    least = COFFER_TRY(count());
    most = least;
    if (take(',')) {
      if (!done() && peek() == '}') {
        endless = true;
      } else {
        most = COFFER_TRY(count());
      }
    }
    if (!take('}') || (!endless && most < least)) return malformed();
    return true;
  }

  Result<std::size_t> count() {
    std::size_t value = 0;
    const std::size_t start = at_;
    while (!done() && ascii::is_digit(peek())) {
      value = value * 10 + static_cast<std::size_t>(text_[at_++] - '0');
      if (value > kPatternStepsMax) return too_large();
    }
    if (at_ == start) return malformed();
    return value;
  }

  Result<Code> repeated(const Code& atom, std::size_t least, std::size_t most, bool endless) {
    Code code;
    for (std::size_t i = 0; i < least; ++i) COFFER_TRY(append(code, atom));
    if (endless) {
      Code loop{{Step::Op::split, 1, length(atom) + 2}};
      COFFER_TRY(append(loop, atom));
      loop.push_back({Step::Op::jump, -(length(atom) + 1)});
      COFFER_TRY(append(code, loop));
      return code;
    }
    Code maybe{{Step::Op::split, 1, length(atom) + 1}};
    COFFER_TRY(append(maybe, atom));
    for (std::size_t i = least; i < most; ++i) COFFER_TRY(append(code, maybe));
    return code;
  }

  Code one_of(Set set) {
    pattern_.sets_.push_back(merged(std::move(set)));
    return {{Step::Op::characters, static_cast<std::int32_t>(pattern_.sets_.size() - 1)}};
  }

  Result<Code> atom(std::size_t depth) {
    switch (peek()) {
      case '^': ++at_; return Code{{Step::Op::at_start}};
      case '$': ++at_; return Code{{Step::Op::at_end}};
      case '.': ++at_; return one_of(inverted(line_ends()));
      case '(': ++at_; return group(depth);
      case '[': ++at_; return one_of(COFFER_TRY(character_class()));
      case '\\': ++at_; return one_of(COFFER_TRY(escape()));
      case '*':
      case '+':
      case '?':
      case '{':
      case '}':
      case ']': return malformed();
      default: break;
    }
    const std::uint32_t character = next_character(text_, at_);
    return one_of({{character, character}});
  }

  Result<Code> group(std::size_t depth) {
    if (depth == kGroupDepthMax) return too_large();
    if (take('?') && !take(':')) return unsupported();
    Code code = COFFER_TRY(alternatives(depth + 1));
    if (!take(')')) return malformed();
    return code;
  }

  // After a backslash: reads a class of characters or a single one.
  Result<Set> escape() {
    if (done()) return malformed();
    if (auto set = class_escape(peek())) {
      ++at_;
      return std::move(*set);
    }
    const std::uint32_t character = COFFER_TRY(character_escape());
    return Set{{character, character}};
  }

  Result<std::uint32_t> character_escape() {
    const char letter = text_[at_++];
    switch (letter) {
      case 't': return std::uint32_t{'\t'};
      case 'n': return std::uint32_t{'\n'};
      case 'r': return std::uint32_t{'\r'};
      case 'f': return std::uint32_t{'\f'};
      case 'v': return std::uint32_t{'\v'};
      case 'x': return hex(2);
      case 'u': return hex(4);
      default: break;
    }
    const bool alphanumeric =
        ascii::is_alphanumeric(letter) || static_cast<std::uint8_t>(letter) >= 0x80;
    if (alphanumeric) return unsupported();
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(letter));
  }

  Result<std::uint32_t> hex(std::size_t digits_wanted) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits_wanted; ++i) {
      if (done()) return malformed();
      const int digit = ascii::hex_value(text_[at_++]);
      if (digit < 0) return malformed();
      value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    // Half of a surrogate pair could never match a decoded character.
    if (value >= 0xD800 && value <= 0xDFFF) return unsupported();
    return value;
  }

  // Reads one member of a [class]; sets `single` if it is a single character.
  Result<Set> class_atom(bool& single) {
    single = false;
    if (take('\\')) {
      if (done()) return malformed();
      if (auto set = class_escape(peek())) {
        ++at_;
        return std::move(*set);
      }
      if (peek() == 'b') return ++at_, single = true, Set{{'\b', '\b'}};
      const std::uint32_t escaped = COFFER_TRY(character_escape());
      single = true;
      return Set{{escaped, escaped}};
    }
    single = true;
    const std::uint32_t character = next_character(text_, at_);
    return Set{{character, character}};
  }

  Result<Set> character_class() {
    const bool negated = take('^');
    Set set;
    while (!done() && peek() != ']') {
      bool single = false;
      Set member = COFFER_TRY(class_atom(single));
      const bool range = at_ + 1 < text_.size() && peek() == '-' && text_[at_ + 1] != ']';
      if (range) {
        ++at_;
        bool last_single = false;
        const Set last = COFFER_TRY(class_atom(last_single));
        if (!single || !last_single || last[0].first < member[0].first) return malformed();
        member = {{member[0].first, last[0].last}};
      }
      set.insert(set.end(), member.begin(), member.end());
    }
    if (!take(']')) return malformed();
    return negated ? inverted(std::move(set)) : set;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Pattern pattern_;
};

Result<Pattern> Pattern::compile(std::string_view text) { return PatternParser(text).run(); }

bool Pattern::admits(const Step& step, std::uint32_t character) const {
  for (const Range& range : sets_[static_cast<std::size_t>(step.a)]) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

bool Pattern::matches(std::string_view name) const {
  std::vector<std::size_t> standing, next, open;
  std::vector<std::size_t> seen_at(steps_.size(), 0);  // Position + 1 at which a step was entered.
  std::size_t at = 0;

  // Enters a step and every step it reaches without reading a character; true if the pattern
  // accepts.
  auto enter = [&](std::size_t first, std::size_t position, std::vector<std::size_t>& into) {
    open.push_back(first);
    while (!open.empty()) {
      const std::size_t index = open.back();
      open.pop_back();
      if (seen_at[index] == position + 1) continue;
      seen_at[index] = position + 1;
      const Step& step = steps_[index];
      auto target = [&](std::int32_t by) {
        return static_cast<std::size_t>(static_cast<std::int64_t>(index) + by);
      };
      switch (step.op) {
        case Step::Op::accept: return true;
        case Step::Op::characters: into.push_back(index); break;
        case Step::Op::jump: open.push_back(target(step.a)); break;
        case Step::Op::split:
          open.push_back(target(step.a));
          open.push_back(target(step.b));
          break;
        case Step::Op::at_start:
          if (position == 0) open.push_back(index + 1);
          break;
        case Step::Op::at_end:
          if (position == name.size()) open.push_back(index + 1);
          break;
      }
    }
    return false;
  };

  if (enter(0, 0, standing)) return true;
  while (at < name.size()) {
    const std::uint32_t character = next_character(name, at);
    next.clear();
    for (const std::size_t index : standing) {
      if (admits(steps_[index], character) && enter(index + 1, at, next)) return true;
    }
    if (enter(0, at, next)) return true;  // A match may begin at any character.
    std::swap(standing, next);
  }
  return false;
}

}  // namespace coffer::configs
