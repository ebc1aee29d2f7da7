#include "format/name_profile.h"

#include <algorithm>
#include <array>

#include "text/ascii.h"
#include "text/printable.h"
#include "text/utf8.h"

namespace coffer::format {
namespace {

constexpr std::size_t kDataosNameBytesMin = 2;
constexpr std::size_t kDataosNameBytesMax = 48;

// Every character that Unicode calls white space, and the four separators of ASCII that Python
// counts as white space too: VDK checks its names with Python.
bool is_whitespace(std::string_view character) {
  if (character.size() == 1) {
    const char letter = character.front();
    return letter == ' ' || (letter >= 0x09 && letter <= 0x0D) ||
           (letter >= 0x1C && letter <= 0x1F);
  }
  constexpr std::array<std::string_view, 18> kWide = {
      "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
      "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
      "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
      "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F"};
  return character == "\xE3\x80\x80" ||
         std::find(kWide.begin(), kWide.end(), character) != kWide.end();
}

struct Whitespace {
  bool any = false;
  bool all = true;
};

Whitespace whitespace_in(std::string_view text) {
  Whitespace found;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::max<std::size_t>(utf8::sequence_bytes(text.substr(at)), 1);
    const bool is_blank = is_whitespace(text.substr(at, size));
    found.any = found.any || is_blank;
    found.all = found.all && is_blank;
    at += size;
  }
  return found;
}

bool is_dataos_name(std::string_view name) {
  if (name.size() < kDataosNameBytesMin || name.size() > kDataosNameBytesMax) return false;
  if (!ascii::is_lower_or_digit(name.front()) || !ascii::is_lower_or_digit(name.back()))
    return false;
  return std::all_of(name.begin(), name.end(),
                     [](char letter) { return ascii::is_lower_or_digit(letter) || letter == '-'; });
}

bool is_dataos_key(std::string_view name) {
  return !name.empty() && ascii::holds_only(name, "-_.");
}

Result<void> check_component(NameProfile profile, std::string_view component) {
  if (profile == NameProfile::vdk && whitespace_in(component).all)
    return Error{ErrorCode::usage, "a blank name is not allowed here (profile vdk)",
                 "give the team and the job names that can be read"};
  if (profile == NameProfile::dataos && !is_dataos_name(component))
    return Error{ErrorCode::usage, "this name is not allowed here (profile dataos)",
                 "2 to 48 of a-z, 0-9 and '-', which stands at neither end"};
  return {};
}

}  // namespace

Result<void> check_name_by(NameProfile profile, std::string_view below) {
  if (profile == NameProfile::core) return {};
  for (std::size_t begin = 0; begin <= below.size();) {
    const std::size_t end = std::min(below.find('/', begin), below.size());
    auto allowed = check_component(profile, below.substr(begin, end - begin));
    if (!allowed)
      return text::about_if_printable(std::move(allowed).error(), Subject::Kind::path, below);
    begin = end + 1;
  }
  return {};
}

Result<void> check_field_name_by(NameProfile profile, std::string_view name) {
  if (profile == NameProfile::vdk && whitespace_in(name).any)
    return text::about_if_printable(
        Error{ErrorCode::usage, "a field's name has white space (profile vdk)",
              "name it without, like db_user"},
        Subject::Kind::name, name);
  if (profile == NameProfile::dataos && !is_dataos_key(name))
    return text::about_if_printable(
        Error{ErrorCode::usage, "a field's name is not allowed here (profile dataos)",
              "A-Z, a-z, 0-9, '-', '_' and '.'"},
        Subject::Kind::name, name);
  return {};
}

}  // namespace coffer::format
