#include "tools/render/value_spellings.h"

#include <coffer/secret_bytes.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/base64.h"
#include "base/bytes.h"
#include "text/json.h"
#include "text/percent.h"
#include "text/utf8.h"

namespace coffer::tools {
namespace {

using Take = std::function<void(std::string_view)>;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Respells each character by `spell`, which appends it.
template <typename Spell>
void respelled(std::string_view value, const Take& take, Spell spell) {
  SecretBytes out;
  for (const char c : value) spell(out, c);
  if (out.text() != value) take(out.text());
}

void push(SecretBytes& out, char c) { out.push_back(static_cast<std::uint8_t>(c)); }

void on_terminal(std::string_view value, const Take& take) {
  respelled(value, take, [](SecretBytes& out, char c) {
    if (c == '\n') push(out, '\r');
    push(out, c);
  });
}

// As `echo $VALUE` prints it: words separated by one blank.
void in_words(std::string_view value, const Take& take) {
  SecretBytes out;
  for (const char c : value) {
    if (!is_blank(c)) push(out, c);
    if (is_blank(c) && !out.text().ends_with(' ')) push(out, ' ');
  }
  take(out.text());
  respelled(value, take, [](SecretBytes& line, char c) { push(line, c == '\n' ? ' ' : c); });
}

void each_line(std::string_view value, const Take& take) {
  if (value.find('\n') == std::string_view::npos) return;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find('\n'), value.size());
    std::string_view line = value.substr(0, end);
    value.remove_prefix(std::min(end + 1, value.size()));
    line = ascii::trimmed(line, " \t\n\r");
    if (line.size() >= kShortestPart && !line.starts_with("-----")) take(line);
  }
}

void as_json(std::string_view value, const Take& take) {
  if (!utf8::is_valid(value)) return;
  const SecretBytes quoted = json::quoted_secret(value);
  take(quoted.text().substr(1, quoted.size() - 2));
}

void for_shells(std::string_view value, const Take& take) {
  // The quote within single quotes: as POSIX shells and bash's trace write it, and as dash and
  // Python do.
  for (const std::string_view quote : {"'\\''", "'\"'\"'"}) {
    respelled(value, take, [quote](SecretBytes& out, char c) {
      if (c == '\'') out.append(quote);
      if (c != '\'') push(out, c);
    });
  }
  // As printf %q writes it: a backslash before special characters, or $'...' if needed.
  respelled(value, take, [](SecretBytes& out, char c) {
    constexpr std::string_view kSpecial = " \t!\"$&'()*,;<>?[\\]^`{|}";
    const bool is_first = out.empty() && (c == '#' || c == '~');
    if (is_first || kSpecial.find(c) != std::string_view::npos) push(out, '\\');
    push(out, c);
  });
  respelled(value, take, [](SecretBytes& out, char c) {
    constexpr std::string_view kEscaped = "\n\t\r\\'";
    constexpr std::string_view kLetters = "ntr\\'";
    const std::size_t index = kEscaped.find(c);
    if (index != std::string_view::npos) push(out, '\\');
    push(out, index != std::string_view::npos ? kLetters[index] : c);
  });
}

// Programs leave different characters unescaped in a URL: strictly only the unreserved ones,
// JavaScript some more, Python a slash; a form writes + for a blank.
void for_urls(std::string_view value, const Take& take) {
  struct Style {
    std::string_view kept;
    bool plus = false;
    std::string_view digits = ascii::kUpperHex;
  };
  constexpr std::array<Style, 5> kStyles = {
      {{"-._~"}, {"-._~!'()*"}, {"-._~/"}, {"-._~", true}, {"-._~", false, ascii::kLowerHex}}};
  for (const Style& style : kStyles) {
    respelled(value, take, [&style](SecretBytes& out, char c) {
      if (ascii::is_alphanumeric(c) || style.kept.find(c) != std::string_view::npos)
        return push(out, c);
      if (c == ' ' && style.plus) return push(out, '+');
      percent::append_escape(out, c, style.digits);
    });
  }
}

// Three bytes give four base64 letters, so a value has three spellings, depending on how many bytes
// come before it. Uses only the letters that the neighbouring bytes do not influence.
void in_base64(std::string_view value, const Take& take) {
  for (const std::size_t before : {0, 1, 2}) {
    SecretBytes bytes(before);
    bytes.append(value);
    const std::size_t first = before == 0 ? 0 : before + 1;
    const std::size_t end = bytes.size() * 8 / 6;
    if (end < first + kShortestPart) continue;
    for (const Base64 alphabet : {Base64::standard, Base64::url})
      take(encode_base64(alphabet, bytes.bytes()).text().substr(first, end - first));
  }
}

void each_of_text(std::string_view value, const Take& take) {
  // A value stored by `echo` ends in a line end, which programs drop when they use the value.
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  each_line(value, take);
  const bool is_long = value.size() > kLongestSpelled;
  if (is_long && value.find('\n') != std::string_view::npos) return;
  take(value);
  if (is_long) return;
  on_terminal(value, take);
  in_words(value, take);
  as_json(value, take);
  for_shells(value, take);
  for_urls(value, take);
  in_base64(value, take);
}

void each_member(const json::Document& document, json::NodeId parent, const Take& take) {
  for (json::NodeId node = document.first_child(parent); node != json::kNoNode;
       node = document.next_sibling(node)) {
    const json::Type type = document.type(node);
    if (type == json::Type::string) each_of_text(document.string(node), take);
    if (type == json::Type::number) each_of_text(document.raw(node), take);
    each_member(document, node, take);
  }
}

}  // namespace

void each_spelling(std::string_view value, const Take& take) {
  each_of_text(value, take);
  if (!value.starts_with('{') && !value.starts_with('[')) return;
  // A program that gets a JSON object usually prints its members, not the object.
  const Result<json::Document> document = json::Document::parse(value);
  if (document) each_member(*document, 0, take);
}

}  // namespace coffer::tools
