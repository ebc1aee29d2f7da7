// Checks the JSON that the fakes receive.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace fakes {

/// Whether the object has exactly these members.
inline bool has_only(const nlohmann::json& body, const std::set<std::string>& wanted) {
  std::set<std::string> names;
  for (const auto& [name, value] : body.items()) names.insert(name);
  return names == wanted;
}

}  // namespace fakes
