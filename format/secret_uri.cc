// coffer:// references, and what the command line takes for a secret.
#include <charconv>

#include "engine/text/printable.h"
#include "engine/text/utf8.h"
#include "format/names.h"

namespace coffer::format {
namespace {

constexpr std::string_view kVersionParameter = "version=";

int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

enum class Part : std::uint8_t { path, field };

Result<std::string> decoded(std::string_view text, Part part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '#') return Error(ErrorCode::usage, "a # in a field's name is written %23");
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int high = at + 1 < text.size() ? hex_value(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
    if (high < 0 || low < 0) {
      return Error(ErrorCode::usage, "a % in a URI needs two hexadecimal digits after it");
    }
    const auto byte = static_cast<char>(high << 4 | low);
    if (byte == '/' && part == Part::path) {
      return Error(ErrorCode::usage, "a / in a URI's path is written as it is, not encoded");
    }
    out += byte;
    at += 2;
  }
  return out;
}

Result<std::uint64_t> parse_query(std::string_view query) {
  if (!query.starts_with(kVersionParameter)) {
    return Error(ErrorCode::usage, "an unknown parameter in a URI", Advice::drop_reference_part);
  }
  query.remove_prefix(kVersionParameter.size());
  std::uint64_t version = 0;
  const char* end = query.data() + query.size();
  const auto [stop, error] = std::from_chars(query.data(), end, version);
  if (error != std::errc() || stop != end || query.front() == '0') {
    return Error(ErrorCode::usage, "the version in a URI is no number from 1 on");
  }
  return version;
}

Result<SecretUri> parse_parts(std::string_view rest) {
  // Decoding cannot bring these back: they are looked for in the text as given.
  if (!utf8::is_valid(rest) || utf8::has_control_character(rest)) {
    return Error(ErrorCode::usage, "a URI has control characters or is not valid UTF-8");
  }
  SecretUri uri;
  if (const std::size_t mark = rest.find('#'); mark != std::string_view::npos) {
    uri.field = COFFER_TRY(decoded(rest.substr(mark + 1), Part::field));
    if (!utf8::is_valid(*uri.field)) {
      return Error(ErrorCode::usage, "the field's name in a URI is not valid UTF-8");
    }
    rest = rest.substr(0, mark);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    uri.version = COFFER_TRY(parse_query(rest.substr(mark + 1)));
    rest = rest.substr(0, mark);
  }
  uri.path = COFFER_TRY(decoded(rest, Part::path));
  COFFER_TRY(check_path(uri.path));
  return uri;
}

void append_encoded(std::string& out, std::string_view text, Part part) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char letter : text) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') ||
                       std::string_view("-._~").find(letter) != std::string_view::npos ||
                       (letter == '/' && part == Part::path);
    if (plain) {
      out += letter;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(letter);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

}  // namespace

Result<SecretUri> parse_uri(std::string_view text) {
  if (!text.starts_with(kUriScheme)) {
    return text::about_if_printable(Error(ErrorCode::usage, "a reference begins with coffer://"),
                                    Subject::Kind::uri, text);
  }
  auto uri = parse_parts(text.substr(kUriScheme.size()));
  if (uri.ok()) return uri;
  return text::about_if_printable(std::move(uri).error(), Subject::Kind::uri, text);
}

std::string print_uri(const SecretUri& uri) {
  std::string out(kUriScheme);
  append_encoded(out, uri.path, Part::path);
  if (uri.version != 0) {
    out += '?';
    out += kVersionParameter;
    out += std::to_string(uri.version);
  }
  if (uri.field) {
    out += '#';
    append_encoded(out, *uri.field, Part::field);
  }
  return out;
}

Result<SecretUri> parse_ref(std::string_view text) {
  SecretUri ref;
  if (text.starts_with(kUriScheme)) {
    ref = COFFER_TRY(parse_uri(text));
  } else {
    ref.path = text;
  }
  if (auto coordinate = parse_coordinate(ref.path)) {
    if (ref.version != 0 && ref.version != coordinate->version) {
      return text::about_if_printable(
          Error(ErrorCode::usage, "the version contradicts the coordinate's own"),
          Subject::Kind::uri, text);
    }
    ref.path = std::move(coordinate->base);
    ref.version = coordinate->version;
    return ref;
  }
  COFFER_TRY(check_path(ref.path));
  return ref;
}

}  // namespace coffer::format
