// INI files as Python's configparser reads them.
#include <algorithm>

#include "text/ascii.h"
#include "text/json.h"
#include "tools/exchange/place.h"
#include "tools/exchange/value_text.h"
#include "tools/products/vdk/overlay_file.h"

namespace coffer::tools {
namespace {

// Python takes these off a value's ends as well.
bool is_wide_space(std::string_view c) {
  if (c == "\xC2\x85" || c == "\xC2\xA0" || c == "\xE1\x9A\x80" || c == "\xE2\x81\x9F" ||
      c == "\xE3\x80\x80")
    return true;
  if (c.size() != 3 || !c.starts_with("\xE2\x80")) return false;
  const auto last = static_cast<unsigned char>(c[2]);
  return last <= 0x8A || last == 0xA8 || last == 0xA9 || last == 0xAF;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Whether a line gives it back as it is.
bool fits_line(std::string_view value) {
  if (std::any_of(value.begin(), value.end(), is_control)) return false;
  if (value.empty()) return true;
  if (value.front() == ' ' || value.back() == ' ') return false;
  for (const std::size_t size : {std::size_t{2}, std::size_t{3}}) {
    if (value.size() < size) continue;
    if (is_wide_space(value.substr(0, size)) || is_wide_space(value.substr(value.size() - size)))
      return false;
  }
  return true;
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class IniFile : public OverlayFile {
 public:
  IniFile(SecretBytes text, std::string source)
      : text_(std::move(text)), source_(std::move(source)) {}

  Result<void> read() {
    if (!json::is_valid_utf8(text_.text()))
      return Error(ErrorCode::usage, "is not UTF-8").about(Subject::Kind::file, source_);
    const std::string_view text = text_.text();
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      COFFER_TRY(read_line(begin, end));
      begin = end + 1;
    }
    set_.resize(settings_.size());
    return {};
  }

  Result<void> set(const Overlaid& value) override {
    const auto document = COFFER_TRY(json::Document::parse(value.json.text()));
    const std::string_view text = text_of(document);
    if (!fits_line(text)) {
      const Setting& setting = settings_[value.setting];
      return Error(ErrorCode::usage,
                   "cannot be set in an INI file: its value has a line end or another control "
                   "character, or a blank at one end",
                   "keep the config as JSON or YAML, or hand the secret over by coffer run")
          .about(Subject::Kind::name, setting.section + "/" + setting.key);
    }
    SecretBytes escaped;
    for (const char c : text) {
      escaped.push_back(static_cast<std::uint8_t>(c));
      if (c == '%') escaped.push_back('%');
    }
    set_[value.setting] = std::move(escaped);
    return {};
  }

  Result<SecretBytes> text() override {
    SecretBytes out;
    std::size_t from = 0;
    for (std::size_t i = 0; i < set_.size(); ++i) {
      if (!set_[i]) continue;
      out.append(text_.text().substr(from, spans_[i].begin - from));
      out.append(set_[i]->bytes());
      from = spans_[i].end;
    }
    out.append(text_.text().substr(from));
    return out;
  }

 private:
  Error refuse(Error error, std::size_t at) const {
    return at_place(std::move(error), source_, place_of(text_.text(), at));
  }

  Result<void> read_line(std::size_t begin, std::size_t end) {
    std::string_view line = text_.text().substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto strange =
        std::find_if(line.begin(), line.end(), [](char c) { return is_control(c) && c != '\t'; });
    if (strange != line.end()) {
      return refuse({ErrorCode::usage, "is a control character", "take it out of the file"},
                    begin + static_cast<std::size_t>(strange - line.begin()));
    }
    const std::string_view content = ascii::trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return {};
    const std::size_t indent = static_cast<std::size_t>(content.data() - line.data());
    if (in_setting_ && indent > indent_) {
      spans_.back().end = begin + indent + content.size();
      return {};
    }
    indent_ = indent;
    if (content.front() == '[') return read_section(content, begin + indent);
    return read_setting(content, begin + indent);
  }

  Result<void> read_section(std::string_view content, std::size_t at) {
    const std::size_t close = content.find(']');
    if (close == std::string_view::npos || close != content.size() - 1 || close == 1)
      return refuse({ErrorCode::usage, "is not a section", "write [NAME]"}, at);
    section_ = content.substr(1, close - 1);
    in_setting_ = false;
    return {};
  }

  Result<void> read_setting(std::string_view content, std::size_t at) {
    const std::size_t delimiter = content.find_first_of("=:");
    if (delimiter == std::string_view::npos || delimiter == 0) {
      return refuse({ErrorCode::usage, "is not a setting",
                     "write KEY = VALUE, [SECTION] or # and a comment; a line that goes on with a "
                     "value is indented"},
                    at);
    }
    const std::string_view key = ascii::trimmed(content.substr(0, delimiter));
    const std::string_view value = ascii::trimmed(content.substr(delimiter + 1));
    const std::size_t end = at + content.size();
    spans_.push_back({end - value.size(), end});
    settings_.push_back({section_, std::string(key)});
    in_setting_ = true;
    return {};
  }

  SecretBytes text_;
  std::string source_;
  std::string section_;
  bool in_setting_ = false;
  std::size_t indent_ = 0;
  std::vector<Span> spans_;  // The span of each setting's value, over all of its lines.
  std::vector<std::optional<SecretBytes>> set_;
};

}  // namespace

Result<std::unique_ptr<OverlayFile>> read_ini(SecretBytes text, const std::string& source) {
  auto file = std::make_unique<IniFile>(std::move(text), source);
  COFFER_TRY(file->read());
  return std::unique_ptr<OverlayFile>(std::move(file));
}

}  // namespace coffer::tools
