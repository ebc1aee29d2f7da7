#include "policy/object.h"

#include <vector>

namespace coffer::policy {
namespace {

constexpr std::string_view kSecret = "secret:";
constexpr std::string_view kConfig = "config:";
constexpr std::string_view kAll = "**";

// at[k]: the pattern read so far matches the first k characters of `text`. One row per token of
// the pattern, so the time is bounded by the product of both lengths.
bool glob(std::string_view pattern, std::string_view text) {
  std::vector<bool> at(text.size() + 1, false);
  at[0] = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '*') {
      for (std::size_t k = text.size(); k > 0; --k) at[k] = at[k - 1] && text[k - 1] == pattern[i];
      at[0] = false;
      continue;
    }
    const bool deep = i + 1 < pattern.size() && pattern[i + 1] == '*';
    if (deep) ++i;
    for (std::size_t k = 1; k <= text.size(); ++k)
      at[k] = at[k] || (at[k - 1] && (deep || text[k - 1] != '/'));
  }
  return at[text.size()];
}

bool matches_name(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star);
  return rest == kAll || glob(rest, name.substr(star));
}

}  // namespace

Object parse_object(std::string_view text) {
  if (text == kAll) return whole_store();
  if (text.starts_with(kConfig)) return config(text.substr(kConfig.size()));
  if (text.starts_with(kSecret)) text.remove_prefix(kSecret.size());
  return secret(text);
}

bool matches(std::string_view pattern, const Object& object) {
  if (pattern == kAll) return true;
  if (object.kind == Object::Kind::store) return false;
  const bool of_configs = pattern.starts_with(kConfig);
  if (of_configs != (object.kind == Object::Kind::config)) return false;
  if (of_configs) pattern.remove_prefix(kConfig.size());
  if (!of_configs && pattern.starts_with(kSecret)) pattern.remove_prefix(kSecret.size());
  return matches_name(pattern, object.name);
}

}  // namespace coffer::policy
