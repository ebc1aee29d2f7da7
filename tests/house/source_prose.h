// The words that people read in a source file: its comments and its string literals.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace house {

struct Prose {
  enum class Kind { comment, literal };
  Kind kind;
  std::size_t line;  // Where it begins.
  std::string text;  // Joined from neighbouring literals, or from the lines of one comment.
};

/// Cuts the prose out of C++ text. Neighbouring literals become one, and so do the lines of a
/// comment; a blank comment line ends a comment.
class ProseReader {
 public:
  explicit ProseReader(std::string_view text) : text_(text) {}

  std::vector<Prose> read() {
    while (at_ < text_.size()) step();
    return std::move(found_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  void move(std::size_t count) {
    const std::string_view passed = rest().substr(0, count);
    line_ += static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n'));
    at_ += passed.size();
  }

  void step() {
    if (rest().starts_with("//")) return line_comment();
    if (rest().starts_with("/*")) return block_comment();
    if (rest().starts_with("R\"")) return raw_literal();
    if (text_[at_] == '"') return literal();
    if (text_[at_] == '\'' && (at_ == 0 || std::isalnum(text_[at_ - 1]) == 0)) return character();
    if (text_[at_] == '\n' && blank_before_) may_join_ = false;
    if (text_[at_] == '\n') blank_before_ = true;
    if (std::isspace(static_cast<unsigned char>(text_[at_])) == 0) {
      blank_before_ = false;
      may_join_ = false;
    }
    move(1);
  }

  void add(Prose::Kind kind, std::size_t line, std::string text) {
    const bool joins = may_join_ && !found_.empty() && found_.back().kind == kind;
    if (joins && kind == Prose::Kind::comment) found_.back().text += ' ';
    if (joins) found_.back().text += text;
    if (!joins) found_.push_back({kind, line, std::move(text)});
    may_join_ = true;
    blank_before_ = false;
  }

  void line_comment() {
    const std::size_t line = line_;
    std::string_view words = rest().substr(0, rest().find('\n'));
    move(words.size());
    while (!words.empty() && std::string_view("/< ").find(words[0]) != std::string_view::npos)
      words.remove_prefix(1);
    if (words.empty()) may_join_ = false;
    if (!words.empty()) add(Prose::Kind::comment, line, std::string(words));
  }

  void block_comment() {
    const std::size_t line = line_;
    const std::string_view words = rest().substr(0, std::min(rest().find("*/"), rest().size()));
    std::string text;
    for (const char c : words.substr(2))
      if (c != '*' && !(c == ' ' && text.ends_with(' '))) text += c == '\n' ? ' ' : c;
    move(words.size() + 2);
    may_join_ = false;
    text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    add(Prose::Kind::comment, line, std::move(text));
    may_join_ = false;
  }

  void literal() {
    const std::size_t line = line_;
    std::size_t end = 1;
    while (end < rest().size() && rest()[end] != '"' && rest()[end] != '\n')
      end += rest()[end] == '\\' ? 2 : 1;
    std::string text(rest().substr(1, end - 1));
    move(end + 1);
    add(Prose::Kind::literal, line, std::move(text));
  }

  void raw_literal() {
    const std::size_t line = line_;
    const std::size_t open = rest().find('(');
    const std::string end = ")" + std::string(rest().substr(2, open - 2)) + "\"";
    const std::size_t close = std::min(rest().find(end, open), rest().size());
    std::string text(rest().substr(open + 1, close - open - 1));
    move(close + end.size());
    add(Prose::Kind::literal, line, std::move(text));
  }

  void character() { move(rest().substr(1).starts_with('\\') ? 4 : 3); }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool may_join_ = false;
  bool blank_before_ = false;
  std::vector<Prose> found_;
};

inline std::vector<Prose> prose_of(std::string_view text) { return ProseReader(text).read(); }

}  // namespace house
