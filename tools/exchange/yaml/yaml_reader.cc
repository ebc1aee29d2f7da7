// Uses only yaml-cpp's events, because its tree of nodes would copy each value once more.
#include <string.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <exception>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <unordered_set>

#include "text/ascii.h"
#include "text/utf8.h"
#include "tools/exchange/place.h"
#include "tools/exchange/yaml/yaml.h"

namespace coffer::tools {
namespace {

// Stops yaml-cpp by an exception, as yaml-cpp stops itself; it is caught in this file.
class Refusal : public std::exception {
 public:
  Refusal(Error error, const YAML::Mark& mark) : error_(std::move(error)), mark_(mark) {}
  const Error& error() const { return error_; }
  const YAML::Mark& mark() const { return mark_; }

 private:
  Error error_;
  YAML::Mark mark_;
};

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::size_t count_digits(std::string_view text) {
  const auto stop = std::find_if_not(text.begin(), text.end(), ascii::is_digit);
  return static_cast<std::size_t>(stop - text.begin());
}

// Whether it is a number by RFC 8259, whose text may go into JSON unchanged.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0')) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const std::size_t fraction = count_digits(text.substr(1));
    if (fraction == 0) return false;
    text.remove_prefix(fraction + 1);
  }
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
  return !text.empty() && count_digits(text) == text.size();
}

// Whether the core schema (or YAML 1.1) calls it a number, but in a spelling that JSON does not
// have.
bool is_other_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (is_any_of(text, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"})) return true;
  if (text.starts_with("0x") || text.starts_with("0o") || text.starts_with("0b")) {
    return text.size() > 2 &&
           text.find_first_not_of("0123456789abcdefABCDEF_", 2) == std::string_view::npos;
  }
  const std::size_t whole = count_digits(text);
  text.remove_prefix(whole);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    fraction = count_digits(text.substr(1));
    text.remove_prefix(fraction + 1);
  }
  if (whole + fraction == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
  return !text.empty() && count_digits(text) == text.size();
}

// Whether null is written here; false if the value is missing: `a:`, `[1,,2]`, `{a}`.
bool says_null(std::string_view text, const YAML::Mark& mark) {
  if (mark.pos < 0 || static_cast<std::size_t>(mark.pos) > text.size()) return false;
  text.remove_prefix(static_cast<std::size_t>(mark.pos));
  if (text.starts_with('!') || text.starts_with('&')) {  // A tag or anchor before the null.
    text.remove_prefix(std::min(text.find(' '), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
    if (!text.starts_with(word)) continue;
    const std::string_view rest = text.substr(word.size());
    return rest.empty() || std::string_view(" \t\r\n,]}").find(rest[0]) != std::string_view::npos;
  }
  return false;
}

// Writes the events of one document as JSON text.
class JsonWriter : public YAML::EventHandler {
 public:
  JsonWriter(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {}

  SecretBytes take() && { return std::move(out_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (document_seen_) {
      throw Refusal({ErrorCode::usage, "a second document begins here",
                     "give each document a file of its own"},
                    mark);
    }
    document_seen_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (wants_key())
      throw Refusal({ErrorCode::usage, "a key must be text", "put quotes around the key"}, mark);
    if (!says_null(text_, mark)) {
      throw Refusal({ErrorCode::usage, "a value is missing here",
                     "write null, or \"\" for an empty text; a : needs a blank after "
                     "it, and each bracket must be closed"},
                    mark);
    }
    write_scalar(mark, anchor, [this] { out_.append("null"); });
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (wants_key()) return write_key(mark, tag, anchor, value);
    write_scalar(mark, anchor, [&] { append_scalar(mark, tag, value); });
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_as_key(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refusal({ErrorCode::usage, "an alias within the value that it stands for"}, mark);
    if (++aliases_ > limits_.aliases) {
      throw Refusal(Error(ErrorCode::limit, "too many aliases", "write the values out")
                        .with_number(limits_.aliases),
                    mark);
    }
    separate(mark);
    const Anchored& target = found->second;
    count_nodes(mark, target.nodes);
    if (frames_.size() + target.depth > limits_.depth) too_deep(mark);
    if (target.end - target.begin > limits_.json_bytes - std::min(out_.size(), limits_.json_bytes))
      too_long(mark);
    // Copied first, because appending may move the bytes.
    const SecretBytes copy =
        SecretBytes::copy_of(out_.text().substr(target.begin, target.end - target.begin));
    out_.append(copy.bytes());
    end_value();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    start_container(mark, tag, "tag:yaml.org,2002:seq", anchor, '[');
  }
  void OnSequenceEnd() override { end_container(']'); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    start_container(mark, tag, "tag:yaml.org,2002:map", anchor, '{');
  }
  void OnMapEnd() override { end_container('}'); }

 private:
  struct Frame {
    bool is_map;
    bool after_key = false;
    bool empty = true;
    YAML::anchor_t anchor;
    std::size_t begin;
    std::size_t nodes_before;
    std::size_t depth = 0;  // The depth of its content.
    std::unordered_set<std::string> keys;
  };
  struct Anchored {
    std::size_t begin, end, nodes, depth;
  };

  bool wants_key() const {
    return !frames_.empty() && frames_.back().is_map && !frames_.back().after_key;
  }
  void refuse_as_key(const YAML::Mark& mark) const {
    if (!wants_key()) return;
    throw Refusal({ErrorCode::usage, "a key must be text, not an alias or container"}, mark);
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) const {
    throw Refusal(Error(ErrorCode::limit, "too many nested levels").with_number(limits_.depth),
                  mark);
  }
  [[noreturn]] void too_long(const YAML::Mark& mark) const {
    throw Refusal(Error(ErrorCode::limit, "the document becomes too long here")
                      .with_number(limits_.json_bytes),
                  mark);
  }
  void count_nodes(const YAML::Mark& mark, std::size_t count) {
    nodes_ += count;
    if (nodes_ > limits_.nodes)
      throw Refusal(Error(ErrorCode::limit, "too many values").with_number(limits_.nodes), mark);
  }

  // Appends the comma that separates a value from the one before.
  void separate(const YAML::Mark& mark) {
    if (out_.size() > limits_.json_bytes) too_long(mark);
    if (frames_.empty()) return;
    Frame& frame = frames_.back();
    if (!frame.is_map && !frame.empty) out_.push_back(',');
    frame.empty = false;
  }
  void end_value() {
    if (!frames_.empty()) frames_.back().after_key = false;
  }

  template <typename Write>
  void write_scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Write write) {
    separate(mark);
    count_nodes(mark, 1);
    const std::size_t begin = out_.size();
    write();
    if (anchor != YAML::NullAnchor) anchors_[anchor] = {begin, out_.size(), 1, 0};
    end_value();
  }

  void write_key(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                 const std::string& key) {
    if (anchor != YAML::NullAnchor)
      throw Refusal({ErrorCode::usage, "a key cannot be an anchor"}, mark);
    if (tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") unknown_tag(mark);
    if (tag == "?" && key == "<<") {
      throw Refusal({ErrorCode::usage, "merge keys are not supported",
                     "write the members out, or put quotes around <<"},
                    mark);
    }
    refuse_bad_escape(mark, key);
    Frame& frame = frames_.back();
    if (!frame.keys.insert(key).second)
      throw Refusal({ErrorCode::usage, "this key is given twice", "remove one of the two"}, mark);
    if (!frame.empty) out_.push_back(',');
    frame.empty = false;
    json::append_quoted(out_, key);
    out_.push_back(':');
    frame.after_key = true;
  }

  // The text is UTF-8, so only these two escapes can go wrong: yaml-cpp turns them into single
  // bytes.
  static void refuse_bad_escape(const YAML::Mark& mark, const std::string& value) {
    if (utf8::is_valid(value)) return;
    throw Refusal({ErrorCode::usage, "the escapes \\N and \\_ are not supported",
                   "write \\u0085 or \\u00A0 instead"},
                  mark);
  }

  [[noreturn]] static void unknown_tag(const YAML::Mark& mark) {
    throw Refusal({ErrorCode::usage, "this tag is not supported",
                   "leave the tag out; quotes make a value text"},
                  mark);
  }

  void append_scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
    refuse_bad_escape(mark, value);
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return json::append_quoted(out_, value);
    if (tag != "?") unknown_tag(mark);
    if (is_any_of(value, {"true", "True", "TRUE"})) return out_.append("true");
    if (is_any_of(value, {"false", "False", "FALSE"})) return out_.append("false");
    if (is_json_number(value)) return out_.append(value);
    if (is_other_number(value)) {
      throw Refusal({ErrorCode::usage, "a number in a spelling that JSON does not have",
                     "put quotes around it to keep it as text, or write it in decimal"},
                    mark);
    }
    json::append_quoted(out_, value);
  }

  void start_container(const YAML::Mark& mark, const std::string& tag, std::string_view own_tag,
                       YAML::anchor_t anchor, char bracket) {
    refuse_as_key(mark);
    if (!tag.empty() && tag != "?" && tag != "!" && tag != own_tag) unknown_tag(mark);
    if (frames_.size() >= limits_.depth) too_deep(mark);
    separate(mark);
    frames_.push_back({bracket == '{', false, true, anchor, out_.size(), nodes_, 0, {}});
    count_nodes(mark, 1);
    out_.push_back(static_cast<std::uint8_t>(bracket));
  }
  void end_container(char bracket) {
    out_.push_back(static_cast<std::uint8_t>(bracket));
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    const std::size_t depth = frame.depth + 1;
    if (frame.anchor != YAML::NullAnchor)
      anchors_[frame.anchor] = {frame.begin, out_.size(), nodes_ - frame.nodes_before, depth};
    if (!frames_.empty()) frames_.back().depth = std::max(frames_.back().depth, depth);
    end_value();
  }

  std::string_view text_;
  YamlLimits limits_;
  SecretBytes out_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
  std::size_t aliases_ = 0;
  bool document_seen_ = false;
};

// Reads the text in place, without a copy.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // Never written: there is no put area.
    setg(begin, begin, begin + text.size());
  }
};

// The origin of a text that begins in the middle of a file.
struct Origin {
  std::string_view source;
  std::size_t lines_before;

  Error at(Error error, std::string_view text, std::size_t offset) const {
    Place place = place_of(text, offset);
    place.line += lines_before;
    return at_place(std::move(error), source, place);
  }
};

// Checked here because yaml-cpp takes some control characters for the end of the text and repairs
// bad UTF-8.
Result<void> check_characters(std::string_view text, const Origin& origin) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::size_t size = utf8::sequence_bytes(rest);
    if (size == 0) {
      return origin.at({ErrorCode::usage, "is not UTF-8 here", "convert the file to UTF-8"}, text,
                       at);
    }
    const bool is_blank = rest[0] == '\t' || rest[0] == '\n' || rest[0] == '\r';
    const bool is_mark = rest.starts_with("\xEF\xBB\xBF");
    if (is_mark || (!is_blank && utf8::has_control_character(rest.substr(0, size)))) {
      return origin.at({ErrorCode::usage, "YAML does not allow this character unescaped",
                        "write an escape within double quotes, such as \\x1B or \\uFEFF"},
                       text, at);
    }
    at += size;
  }
  return {};
}

bool is_empty(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return false;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return true;
}

Result<SecretBytes> parse(std::string_view text, const Origin& origin, const YamlLimits& limits) {
  const auto at = [text, &origin](Error error, const YAML::Mark& mark) {
    const std::size_t offset = mark.pos < 0 ? text.size() : static_cast<std::size_t>(mark.pos);
    return origin.at(std::move(error), text, offset);
  };
  TextBuffer buffer(text);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    JsonWriter writer(text, limits);
    while (parser.HandleNextDocument(writer)) continue;
    return std::move(writer).take();
  } catch (const Refusal& refusal) {
    return at(refusal.error(), refusal.mark());
  } catch (const YAML::Exception& error) {
    // Its message is not repeated, because it may quote the document.
    return at({ErrorCode::usage, "is not YAML here",
               "check indentation, quotes and brackets around this place"},
              error.mark);
  }
}

Result<SecretBytes> read_yaml(std::string_view text, std::string_view source,
                              const YamlLimits& limits, std::size_t lines_before) {
  const Origin origin{source, lines_before};
  if (text.size() > limits.text_bytes) {
    return Error(ErrorCode::limit, "is too long for a YAML document", "split it, or use JSON")
        .about(Subject::Kind::file, source)
        .with_number(limits.text_bytes);
  }
  COFFER_TRY(check_characters(text, origin));
  if (is_empty(text))
    return Error(ErrorCode::usage, "contains no document").about(Subject::Kind::file, source);
  // yaml-cpp accepts an unclosed quote at the end of the text, so a truncated file would pass. With
  // an explicit document end it does not.
  SecretBytes whole = SecretBytes::copy_of(text);
  if (!text.ends_with('\n')) whole.push_back('\n');
  whole.append("...\n");
  SecretBytes json = COFFER_TRY(parse(whole.text(), origin, limits));
  if (text.ends_with('\n')) return json;
  // The line end added above may be part of the last value, so the original is parsed again.
  return parse(text, origin, limits);
}

// Wipes what yaml-cpp left in its stack frames, with a good margin.
[[gnu::noinline]] void wipe_dead_frames() {
  std::array<char, std::size_t{256} << 10> frames;
  explicit_bzero(frames.data(), frames.size());
}

}  // namespace

Result<SecretBytes> json_from_yaml(std::string_view text, std::string_view source,
                                   const YamlLimits& limits, std::size_t lines_before) {
  auto json = read_yaml(text, source, limits, lines_before);
  wipe_dead_frames();
  return json;
}

}  // namespace coffer::tools
