#include "tools/exchange/dotenv/dotenv.h"

#include <optional>
#include <unordered_set>

#include "text/ascii.h"
#include "text/utf8.h"
#include "tools/exchange/place.h"

namespace coffer::tools {
namespace {

bool is_name_start(char c) { return ascii::is_letter(c) || c == '_'; }
bool is_name_rest(char c) { return is_name_start(c) || ascii::is_digit(c) || c == '.' || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

class Reader {
 public:
  Reader(std::string_view text, std::string_view source, DotenvValues values)
      : text_(text), source_(source), values_(values) {}

  Result<std::vector<Variable>> run() && {
    COFFER_TRY(check_characters());
    while (at_ < text_.size()) COFFER_TRY(line());
    return std::move(variables_);
  }

 private:
  Error error_at(std::size_t offset, Error error) const {
    return at_place(std::move(error), source_, place_of(text_, offset));
  }
  bool at_end() const { return at_ == text_.size(); }
  bool at_line_end() const { return at_end() || text_[at_] == '\n' || is_crlf(at_); }
  bool is_crlf(std::size_t at) const { return text_.substr(at, 2) == "\r\n"; }
  void skip_blanks() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }
  void skip_line_end() {
    if (!at_end()) at_ += text_[at_] == '\n' ? 1 : 2;
  }

  Result<void> check_characters() const {
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t size = utf8::sequence_bytes(text_.substr(at));
      if (size == 0)
        return error_at(at, {ErrorCode::usage, "is not UTF-8 here", "convert the file to UTF-8"});
      if (text_[at] == '\0') {
        return error_at(at, {ErrorCode::usage, "contains a NUL byte, which no variable can hold",
                             "store binary data by `coffer put --file`"});
      }
      at += size;
    }
    if (text_.starts_with("\xEF\xBB\xBF")) {
      return error_at(0, {ErrorCode::usage, "begins with a byte order mark",
                          "save the file as UTF-8 without one"});
    }
    return {};
  }

  Result<void> line() {
    skip_blanks();
    if (at_line_end() || text_[at_] == '#') return comment();
    COFFER_TRY(assignment());
    const std::size_t end = at_;
    skip_blanks();
    const bool is_comment = !at_end() && text_[at_] == '#' && at_ > end;
    if (!at_line_end() && !is_comment) {
      return error_at(at_, {ErrorCode::usage, "something follows the closing quote",
                            "write one value a line; a comment begins with a blank and #"});
    }
    return comment();
  }

  // The rest of the line is a comment, or empty.
  Result<void> comment() {
    for (; !at_line_end(); ++at_) {
      if (text_[at_] == '\r') {
        return error_at(at_, {ErrorCode::usage, "a carriage return without a line feed",
                              "end lines with LF or CRLF"});
      }
    }
    skip_line_end();
    return {};
  }

  Result<void> assignment() {
    std::size_t begin = at_;
    std::string_view word = COFFER_TRY(name());
    if (word == "export" && !at_end() && is_blank(text_[at_])) {
      skip_blanks();
      begin = at_;
      word = COFFER_TRY(name());
    }
    if (at_end() || text_[at_] != '=') {
      if (!at_end() && is_blank(text_[at_])) {
        return error_at(at_, {ErrorCode::usage,
                              "a blank before =", "write NAME=VALUE without blanks around ="});
      }
      return error_at(at_, {ErrorCode::usage, "= is missing after the name", "write NAME=VALUE"});
    }
    ++at_;
    if (!names_.insert(word).second) {
      return error_at(
          begin, {ErrorCode::usage, "this name is given twice", "remove one of the two lines"});
    }
    SecretBytes value = COFFER_TRY(this->value());
    variables_.push_back({std::string(word), std::move(value)});
    return {};
  }

  Result<std::string_view> name() {
    const std::size_t begin = at_;
    if (at_end() || !is_name_start(text_[at_])) {
      return error_at(at_, {ErrorCode::usage, "a name begins with a letter or _",
                            "write NAME=VALUE; a comment begins with #"});
    }
    while (!at_end() && is_name_rest(text_[at_])) ++at_;
    if (!at_line_end() && text_[at_] != '=' && !is_blank(text_[at_])) {
      return error_at(at_, {ErrorCode::usage, "a name cannot contain this character",
                            "a name has letters, digits, _ . and -"});
    }
    return text_.substr(begin, at_ - begin);
  }

  Result<SecretBytes> value() {
    if (at_line_end()) return SecretBytes();
    switch (text_[at_]) {
      case '\'': return single_quoted();
      case '"': return double_quoted();
      default: return plain();
    }
  }

  Result<SecretBytes> plain() {
    const std::size_t begin = at_;
    std::size_t end = at_;  // After the last character that is not a blank.
    const bool is_reference =
        values_ == DotenvValues::references && text_.substr(at_).starts_with("coffer://");
    for (; !at_line_end(); ++at_) {
      const char c = text_[at_];
      // Steps back to the blank, so that line() reads the comment.
      if (c == '#' && at_ > begin && is_blank(text_[at_ - 1])) {
        --at_;
        break;
      }
      if (c == '#' && !is_reference) {
        return error_at(at_, {ErrorCode::usage, "a # in a value without quotes",
                              "put single quotes around the value; a comment needs a blank "
                              "before its #"});
      }
      if (c == '"' || c == '\'' || c == '`') {
        return error_at(at_, {ErrorCode::usage, "a quote inside a value without quotes",
                              "put double quotes around the whole value, with \\ before each \" "
                              "in it"});
      }
      if (static_cast<unsigned char>(c) < 0x20 && c != '\t') {
        return error_at(at_, {ErrorCode::usage, "a control character in a value without quotes",
                              "put double quotes around the value"});
      }
      if (!is_blank(c)) end = at_ + 1;
    }
    if (end > begin && is_blank(text_[begin])) {
      return error_at(begin, {ErrorCode::usage, "a blank before the value",
                              "write NAME=VALUE without blanks around =, or put quotes around the "
                              "value"});
    }
    return SecretBytes::copy_of(text_.substr(begin, end - begin));
  }

  Error unclosed(std::size_t begin) const {
    return error_at(begin, {ErrorCode::usage, "a quote that is not closed",
                            "close it with the same quote; \\\" is a quote inside double ones"});
  }

  Result<SecretBytes> single_quoted() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return unclosed(begin);
    SecretBytes value;
    for (++at_; at_ < end; ++at_)
      if (!is_crlf(at_)) value.push_back(static_cast<std::uint8_t>(text_[at_]));
    at_ = end + 1;
    return value;
  }

  Result<SecretBytes> double_quoted() {
    const std::size_t begin = at_++;
    SecretBytes value;
    for (; !at_end() && text_[at_] != '"'; ++at_) {
      if (is_crlf(at_)) continue;
      if (text_[at_] != '\\') {
        value.push_back(static_cast<std::uint8_t>(text_[at_]));
        continue;
      }
      const std::optional<char> escaped = unescape(text_.substr(at_ + 1, 1));
      if (!escaped) {
        return error_at(at_, {ErrorCode::usage, "this escape does not exist",
                              "\\\\ is a backslash; \\n \\r \\t \\\" \\$ and \\` are the others"});
      }
      value.push_back(static_cast<std::uint8_t>(*escaped));
      ++at_;
    }
    if (at_end()) return unclosed(begin);
    ++at_;
    return value;
  }

  static std::optional<char> unescape(std::string_view escape) {
    constexpr std::string_view kEscapes = "nrt\\\"$`";
    constexpr std::string_view kMeanings = "\n\r\t\\\"$`";
    const std::size_t index = escape.empty() ? std::string_view::npos : kEscapes.find(escape[0]);
    if (index == std::string_view::npos) return std::nullopt;
    return kMeanings[index];
  }

  std::string_view text_;
  std::string_view source_;
  DotenvValues values_;
  std::size_t at_ = 0;
  std::vector<Variable> variables_;
  std::unordered_set<std::string_view> names_;
};

}  // namespace

Result<std::vector<Variable>> read_dotenv(std::string_view text, std::string_view source,
                                          DotenvValues values) {
  return Reader(text, source, values).run();
}

}  // namespace coffer::tools
