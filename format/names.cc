#include "format/names.h"

#include "format/limits.h"
#include "text/ascii.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace coffer::format {
namespace {

constexpr std::string_view kCoordinatePrefix = "airbyte_";
constexpr std::string_view kVersionMark = "_v";
constexpr std::string_view kWorkspaceMark = "airbyte_workspace_";
constexpr std::string_view kSecretMark = "_secret_";
constexpr std::size_t kUuidBytes = 36;

std::optional<Error> fault_of(std::string_view path) {
  if (path.empty()) return Error(ErrorCode::usage, "the name is empty");
  if (path.size() > kPathBytesMax)
    return Error(ErrorCode::limit, "the name is too long, in bytes").with_number(kPathBytesMax);
  if (!utf8::is_valid(path)) return Error(ErrorCode::usage, "the name is not valid UTF-8");
  if (utf8::has_control_character(path))
    return Error(ErrorCode::usage, "the name has a control character");
  if (path.starts_with(kUriScheme)) {
    return Error(ErrorCode::usage, "this is a reference, and a plain name is expected here",
                 "write it without coffer://, and without what ? or # begins");
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view component = path.substr(begin, end - begin);
    if (component.empty()) {
      return Error(ErrorCode::usage, "the name has an empty part before or after a /",
                   "no / at either end, no // within");
    }
    if (component == "." || component == "..")
      return Error(ErrorCode::usage, "a part of the name is . or .., which is not allowed");
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_path(std::string_view path) {
  if (auto fault = fault_of(path))
    return text::about_if_printable(*std::move(fault), Subject::Kind::path, path);
  return {};
}

Result<void> check_config_id(std::string_view id) {
  if (auto fault = fault_of(id))
    return text::about_if_printable(*std::move(fault), Subject::Kind::name, id);
  return {};
}

std::optional<Coordinate> parse_coordinate(std::string_view text) {
  if (!text.starts_with(kCoordinatePrefix)) return std::nullopt;
  const std::size_t mark = text.rfind(kVersionMark);
  // At least one character is between the prefix and the mark, which may not share the '_' either.
  if (mark == std::string_view::npos || mark <= kCoordinatePrefix.size()) return std::nullopt;
  const std::string_view base = text.substr(0, mark);
  const std::string_view digits = text.substr(mark + kVersionMark.size());
  if (digits.empty() || digits.front() < '1' || digits.front() > '9') return std::nullopt;
  const auto version = ascii::parse_number<std::uint64_t>(digits);
  if (!version || fault_of(base)) return std::nullopt;
  return Coordinate{std::string(base), *version};
}

std::string print_coordinate(const Coordinate& coordinate) {
  return coordinate.base + std::string(kVersionMark) + std::to_string(coordinate.version);
}

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidBytes) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char letter = text[at];
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (letter != '-') return false;
    } else if (!ascii::is_digit(letter) && !(letter >= 'a' && letter <= 'f')) {
      return false;
    }
  }
  return true;
}

std::optional<ManagedName> parse_managed_name(std::string_view base) {
  if (base.size() != kWorkspaceMark.size() + kSecretMark.size() + 2 * kUuidBytes ||
      !base.starts_with(kWorkspaceMark)) {
    return std::nullopt;
  }
  base.remove_prefix(kWorkspaceMark.size());
  const std::string_view workspace = base.substr(0, kUuidBytes);
  base.remove_prefix(kUuidBytes);
  if (!base.starts_with(kSecretMark)) return std::nullopt;
  base.remove_prefix(kSecretMark.size());
  if (!is_uuid(workspace) || !is_uuid(base)) return std::nullopt;
  return ManagedName{std::string(workspace), std::string(base)};
}

std::string print_managed_name(const ManagedName& name) {
  return std::string(kWorkspaceMark) + name.workspace + std::string(kSecretMark) + name.secret;
}

}  // namespace coffer::format
