// What the fakes ask of the JSON that they are sent.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace fakes {

/// Every one of these members and no other.
inline bool has_only(const nlohmann::json& body, const std::set<std::string>& wanted) {
  std::set<std::string> names;
  for (const auto& [name, value] : body.items()) names.insert(name);
  return names == wanted;
}

}  // namespace fakes
