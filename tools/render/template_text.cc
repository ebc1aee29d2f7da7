#include "tools/render/template_text.h"

#include <algorithm>

#include "format/names.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kBraces = "{{";
constexpr std::string_view kBracesEnd = "}}";
constexpr std::string_view kPlaceholder = "${secrets.";

std::string place_name(std::string_view text, std::size_t offset, std::string_view source) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0.
  return std::string(source) + ":" + std::to_string(line) + ":" +
         std::to_string(offset - line_begin + 1);
}

std::string_view without_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A reference found at an offset: how long it stands in the text, and what it names.
struct Found {
  std::size_t size = 0;  // 0: none begins here.
  std::string reference;
};

bool begins_reference(std::string_view text) {
  return text.starts_with(kBraces) &&
         without_blanks(text.substr(kBraces.size())).starts_with(format::kUriScheme);
}

Error endless() {
  return {ErrorCode::usage, "a reference begins here and does not end on its line",
          "write {{ coffer://PATH#FIELD }} or ${secrets.PATH#FIELD}; escape it by \\{{ or $${"};
}

Result<Found> reference_in(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (begins_reference(text)) {
    const std::size_t end = line.find(kBracesEnd);
    if (end == std::string_view::npos) return endless();
    const std::string_view inner = line.substr(kBraces.size(), end - kBraces.size());
    return Found{end + kBracesEnd.size(), std::string(without_blanks(inner))};
  }
  if (!text.starts_with(kPlaceholder)) return Found{};
  const std::size_t end = line.find('}');
  if (end == std::string_view::npos) return endless();
  const std::string_view key = line.substr(kPlaceholder.size(), end - kPlaceholder.size());
  const std::size_t hash = key.find('#');
  format::SecretUri uri;
  uri.path = key.substr(0, hash);
  if (hash != std::string_view::npos) uri.field = std::string(key.substr(hash + 1));
  COFFER_TRY(format::check_path(uri.path));
  return Found{end + 1, format::print_uri(uri)};
}

// The escape that stands here, if any: what is dropped, and what is then kept as it is.
struct Escape {
  std::size_t dropped = 0;
  std::size_t kept = 0;
};

Escape escape_in(std::string_view text) {
  if (text.front() == '\\' && begins_reference(text.substr(1))) return {1, kBraces.size()};
  if (text.front() == '$' && text.substr(1).starts_with(kPlaceholder))
    return {1, kPlaceholder.size()};
  return {};
}

Error at(Error error, std::string_view text, std::size_t offset, std::string_view source) {
  if (error.subject() != nullptr && !error.subject()->text.empty()) return error;
  return std::move(error).about(Subject::Kind::file, place_name(text, offset, source));
}

}  // namespace

Result<SecretBytes> expand(std::string_view text, std::string_view source,
                           const Resolver& resolver) {
  SecretBytes out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (const Escape escape = escape_in(rest); escape.dropped != 0) {
      out.append(rest.substr(escape.dropped, escape.kept));
      i += escape.dropped + escape.kept;
      continue;
    }
    auto found = reference_in(rest);
    if (!found) return at(std::move(found).error(), text, i, source);
    if (found->size == 0) {
      out.push_back(static_cast<std::uint8_t>(rest.front()));
      ++i;
      continue;
    }
    auto value = resolver(found->reference);
    if (!value) return at(std::move(value).error(), text, i, source);
    out.append(value->bytes());
    i += found->size;
  }
  return out;
}

}  // namespace coffer::tools
