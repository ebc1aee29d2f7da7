#include "keys/uri_parameters.h"

#include <algorithm>

#include "keys/secret_source.h"
#include "text/percent.h"

namespace coffer::keys {
namespace {

constexpr int kPatienceSecondsMax = 600;

Error malformed() {
  return {ErrorCode::usage, "the key URI's parameters cannot be read",
          "write name=value, other characters as %XX"};
}

// An object's id in a token is bytes; everything else is text.
constexpr std::string_view kBinaryName = "id";

Result<std::string> decode(std::string_view name, std::string_view text) {
  auto decoded = percent::decoded(text);
  if (!decoded) return malformed();
  if (name != kBinaryName && std::any_of(decoded->begin(), decoded->end(), ascii::is_control))
    return malformed();
  return std::move(*decoded);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_lower_or_digit(c) || c == '-' || c == '_';
  });
}

}  // namespace

bool is_uri_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

Result<UriParameters> UriParameters::parse(std::string_view text, char separator,
                                           std::span<const std::string_view> known) {
  UriParameters parameters;
  // Some take ; for a separator as well: what follows one must not become part of a value.
  if (separator == '&' && text.find(';') != std::string_view::npos) return malformed();
  for (bool more = !text.empty(); more;) {
    const std::size_t end = text.find(separator);
    more = end != std::string_view::npos;
    const std::string_view one = text.substr(0, end);
    if (more) text.remove_prefix(end + 1);
    const std::size_t equals = one.find('=');
    if (equals == std::string_view::npos) return malformed();
    const std::string_view name = one.substr(0, equals);
    if (!is_name(name)) return malformed();
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error(ErrorCode::usage, "a key URI of this kind has no such parameter",
                   Advice::see_key_parameters)
          .about(Subject::Kind::name, name);
    std::string value = COFFER_TRY(decode(name, one.substr(equals + 1)));
    if (value.empty())
      return Error(ErrorCode::usage, "a parameter of the key URI is empty")
          .about(Subject::Kind::name, name);
    if (!parameters.values_.emplace(name, std::move(value)).second)
      return Error(ErrorCode::usage, "a parameter of the key URI is given twice")
          .about(Subject::Kind::name, name);
  }
  return parameters;
}

std::string_view UriParameters::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

Result<std::string> UriParameters::file(std::string_view name) const {
  constexpr std::string_view kFile = "file:";
  std::string_view value = get(name);
  if (value.empty() || is_credential(value)) return std::string(value);
  const bool is_file = value.starts_with(kFile);
  if (is_file) value.remove_prefix(kFile.size());
  if (is_file && value.starts_with("///")) value.remove_prefix(2);
  if (!is_file || !value.starts_with('/') || value.starts_with("//"))
    return Error(ErrorCode::usage,
                 "takes file: and an absolute path, or credential:NAME, never the secret itself")
        .about(Subject::Kind::name, name);
  return std::string(value);
}

Result<int> UriParameters::patience_ms() const {
  std::string_view text = get("timeout");
  if (text.empty()) return kProviderPatienceMs;
  int unit = 1000;
  if (text.ends_with("ms")) {
    unit = 1;
    text.remove_suffix(2);
  } else if (text.ends_with('s')) {
    text.remove_suffix(1);
  }
  const auto number = ascii::parse_number<int>(text);
  if (!number || *number <= 0 || *number > kPatienceSecondsMax * 1000 / unit)
    return Error(ErrorCode::usage, "takes seconds, 1 to 600, or milliseconds as in 500ms")
        .about(Subject::Kind::name, "timeout");
  return *number * unit;
}

}  // namespace coffer::keys
