#include "tools/command/secret/field_names.h"

#include <string>
#include <vector>

#include "tools/command/fail.h"

namespace coffer::tools {
namespace {

constexpr std::size_t kNamesMax = 20;
constexpr std::size_t kNameBytesMax = 64;

}  // namespace

void hint_at_fields(const Error& error, const Value& value) {
  if (error.code() != ErrorCode::not_found) return;
  const auto names = value.field_names();
  if (!names) return;
  std::string text;
  std::size_t told = 0;
  for (const std::string& name : *names) {
    if (told == kNamesMax) break;
    // A longer one is unlikely to be a name.
    if (name.empty() || name.size() > kNameBytesMax) continue;
    text += (text.empty() ? "its fields are: " : ", ") + printable(name);
    ++told;
  }
  if (told == 0) return;
  if (told < names->size()) text += ", and " + std::to_string(names->size() - told) + " more";
  set_hint(text);
}

}  // namespace coffer::tools
