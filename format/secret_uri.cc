// coffer:// references, and what the command line accepts for a secret.
#include <algorithm>

#include "format/names.h"
#include "text/percent.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace coffer::format {
namespace {

constexpr std::string_view kVersionParameter = "version=";
constexpr std::string_view kKeptInPath = "-._~/";

enum class Part : std::uint8_t { path, field };

Result<std::string> decoded_part(std::string_view text, Part part) {
  if (text.find('#') != std::string_view::npos)
    return Error(ErrorCode::usage, "a # in a field's name must be written %23");
  auto decoded = percent::decoded(text);
  if (!decoded)
    return Error(ErrorCode::usage, "a % in the URI is not followed by two hexadecimal digits");
  const auto slashes = [](std::string_view in) { return std::count(in.begin(), in.end(), '/'); };
  if (part == Part::path && slashes(*decoded) != slashes(text))
    return Error(ErrorCode::usage, "a / in the URI's path must not be percent-encoded");
  return std::move(*decoded);
}

Result<std::uint64_t> parse_query(std::string_view query) {
  if (!query.starts_with(kVersionParameter))
    return Error(ErrorCode::usage, "an unknown parameter in a URI", Advice::drop_reference_part);
  query.remove_prefix(kVersionParameter.size());
  const auto version = ascii::parse_number<std::uint64_t>(query);
  if (version && query.front() != '0') return *version;
  return Error(ErrorCode::usage, "the version in the URI is not a number from 1 on");
}

Result<SecretUri> parse_parts(std::string_view rest) {
  // Looked for in the text as given; check_path looks again after decoding.
  if (!utf8::is_valid(rest) || utf8::has_control_character(rest))
    return Error(ErrorCode::usage, "the URI has control characters or is not valid UTF-8");
  SecretUri uri;
  if (const std::size_t mark = rest.find('#'); mark != std::string_view::npos) {
    uri.field = COFFER_TRY(decoded_part(rest.substr(mark + 1), Part::field));
    if (!utf8::is_valid(*uri.field))
      return Error(ErrorCode::usage, "the field's name in a URI is not valid UTF-8");
    rest = rest.substr(0, mark);
  }
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    uri.version = COFFER_TRY(parse_query(rest.substr(mark + 1)));
    rest = rest.substr(0, mark);
  }
  uri.path = COFFER_TRY(decoded_part(rest, Part::path));
  COFFER_TRY(check_path(uri.path));
  return uri;
}

}  // namespace

Result<SecretUri> parse_uri(std::string_view text) {
  if (!text.starts_with(kUriScheme)) {
    return text::about_if_printable(
        Error(ErrorCode::usage, "a reference must begin with coffer://"), Subject::Kind::uri, text);
  }
  auto uri = parse_parts(text.substr(kUriScheme.size()));
  if (uri.ok()) return uri;
  return text::about_if_printable(std::move(uri).error(), Subject::Kind::uri, text);
}

std::string print_uri(const SecretUri& uri) {
  std::string out(kUriScheme);
  percent::append_encoded(out, uri.path, kKeptInPath);
  if (uri.version != 0) {
    out += '?';
    out += kVersionParameter;
    out += std::to_string(uri.version);
  }
  if (uri.field) {
    out += '#';
    percent::append_encoded(out, *uri.field);
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
          Error(ErrorCode::usage, "the version differs from the version in the coordinate"),
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
