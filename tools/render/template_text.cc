#include "tools/render/template_text.h"

#include <algorithm>
#include <optional>

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

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// A reference at an offset: its length in the text and what it names.
struct Found {
  std::size_t size = 0;  // 0: none begins here.
  std::string reference;
};

bool begins_reference(std::string_view text) {
  if (!text.starts_with(kBraces)) return false;
  std::size_t at = kBraces.size();
  while (at < text.size() && is_blank(text[at])) ++at;
  return text.substr(at).starts_with(format::kUriScheme);
}

// The text before `end`, if `end` comes before the line's end. Looks no further than that, because
// a line may be as long as a file.
std::optional<std::string_view> up_to(std::string_view text, std::string_view end) {
  const std::string_view inner = text.substr(0, text.find(end));
  if (inner.size() == text.size() || inner.find('\n') != std::string_view::npos)
    return std::nullopt;
  return inner;
}

Error endless() {
  return {ErrorCode::usage, "a reference begins here but does not end on this line",
          "write {{ coffer://PATH#FIELD }} or ${secrets.PATH#FIELD}; escape it by \\{{ or $${"};
}

Result<Found> reference_in(std::string_view text) {
  if (begins_reference(text)) {
    const auto inner = up_to(text.substr(kBraces.size()), kBracesEnd);
    if (!inner) return endless();
    return Found{kBraces.size() + inner->size() + kBracesEnd.size(),
                 std::string(without_blanks(*inner))};
  }
  if (!text.starts_with(kPlaceholder)) return Found{};
  const auto key = up_to(text.substr(kPlaceholder.size()), "}");
  if (!key) return endless();
  const std::size_t hash = key->find('#');
  format::SecretUri uri;
  uri.path = key->substr(0, hash);
  if (hash != std::string_view::npos) uri.field = std::string(key->substr(hash + 1));
  COFFER_TRY(format::check_path(uri.path));
  return Found{kPlaceholder.size() + key->size() + 1, format::print_uri(uri)};
}

// The escape here, if any: how many characters to drop, and how many to keep after them.
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

// A fast check on two characters, because almost no position begins a reference.
bool may_begin(std::string_view text) {
  const char first = text.front();
  if (first != '{' && first != '$' && first != '\\') return false;
  return text.size() > 1 && (text[1] == '{' || text[1] == '$');
}

// Names both the place of the reference and the reference.
Error at(Error error, std::string_view text, std::size_t offset, std::string_view source,
         const std::string& reference) {
  const std::string place = place_name(text, offset, source);
  return std::move(error).about(Subject::Kind::file,
                                reference.empty() ? place : place + ": " + reference);
}

}  // namespace

Result<SecretBytes> expand(std::string_view text, std::string_view source,
                           const Resolver& resolver) {
  SecretBytes out;
  out.reserve(text.size());
  std::size_t plain = 0;  // The beginning of the text that is not copied yet.
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (!may_begin(rest)) {
      ++i;
      continue;
    }
    if (const Escape escape = escape_in(rest); escape.dropped != 0) {
      out.append(text.substr(plain, i - plain));
      plain = i + escape.dropped;
      i = plain + escape.kept;
      continue;
    }
    auto found = reference_in(rest);
    if (!found) return at(std::move(found).error(), text, i, source, "");
    if (found->size == 0) {
      ++i;
      continue;
    }
    auto value = resolver(found->reference);
    if (!value) return at(std::move(value).error(), text, i, source, found->reference);
    out.append(text.substr(plain, i - plain));
    out.append(value->bytes());
    i += found->size;
    plain = i;
  }
  out.append(text.substr(plain));
  return out;
}

}  // namespace coffer::tools
