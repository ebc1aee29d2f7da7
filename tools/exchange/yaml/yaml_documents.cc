// Splits a text into its YAML documents. A marker in the first column separates documents even
// within quotes and block scalars (YAML 1.2, 9.1.2), so looking at lines is enough.
#include <algorithm>

#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

bool is_marker(std::string_view line, std::string_view marker) {
  if (!line.starts_with(marker)) return false;
  line.remove_prefix(marker.size());
  return line.empty() || line[0] == ' ' || line[0] == '\t' || line[0] == '\r';
}

// Whether the line has only blanks, a comment, a directive, or a marker and nothing after it.
bool says_nothing(std::string_view line) {
  if (line.starts_with('%')) return true;
  if (is_marker(line, "---")) line.remove_prefix(3);
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

class Splitter {
 public:
  Splitter(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  Result<std::vector<YamlDocument>> split() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line = text_.substr(at_, end - at_);
      const bool ends = is_marker(line, "...");
      if (ends || is_marker(line, "---")) COFFER_TRY(close());
      at_ = std::min(end + 1, text_.size());
      if (ends) {
        begin_ = at_;
        begin_line_ = line_ + 1;
      } else if (first_line_ == 0 && !says_nothing(line)) {
        first_line_ = line_;
      }
      ++line_;
    }
    COFFER_TRY(close());
    return std::move(documents_);
  }

 private:
  Result<void> close() {
    const std::string_view part = text_.substr(begin_, at_ - begin_);
    if (first_line_ != 0) {
      SecretBytes json = COFFER_TRY(json_from_yaml(part, source_, {}, begin_line_ - 1));
      documents_.push_back({first_line_, std::move(json)});
    }
    first_line_ = 0;
    begin_ = at_;
    begin_line_ = line_;
    return {};
  }

  std::string_view text_, source_;
  std::vector<YamlDocument> documents_;
  std::size_t at_ = 0, line_ = 1;
  std::size_t begin_ = 0, begin_line_ = 1;
  std::size_t first_line_ = 0;  // 0: the document is empty so far.
};

}  // namespace

Result<std::vector<YamlDocument>> documents_from_yaml(std::string_view text,
                                                      std::string_view source) {
  return Splitter(text, source).split();
}

}  // namespace coffer::tools
