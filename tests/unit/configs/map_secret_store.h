// A SecretStore in memory, for what split and hydrate do without an engine.
#pragma once

#include <coffer/result.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "configs/document/split.h"

namespace coffer::configs {

class MapSecretStore : public SecretStore {
 public:
  static std::string coordinate(std::uint64_t secret, std::uint64_t version) {
    return "airbyte_test_" + std::to_string(secret) + "_v" + std::to_string(version);
  }

  Result<bool> holds(std::string_view coordinate, std::string_view payload) override {
    const auto found = values.find(std::string(coordinate));
    return found != values.end() && found->second == payload;
  }
  Result<std::string> mint(std::string_view payload) override {
    const std::string made = coordinate(++secrets, 1);
    values[made] = payload;
    return made;
  }
  Result<std::optional<std::string>> bump(std::string_view coordinate,
                                          std::string_view payload) override {
    const std::string text(coordinate);
    const std::string base = text.substr(0, text.rfind("_v"));
    if (gone.count(base) != 0) return std::optional<std::string>();
    std::uint64_t version = 1;
    while (values.count(base + "_v" + std::to_string(version)) != 0) ++version;
    const std::string made = base + "_v" + std::to_string(version);
    values[made] = payload;
    return std::optional<std::string>(made);
  }
  Result<void> adopt(std::string_view coordinate) override {
    if (adoptable.count(std::string(coordinate)) != 0) return {};
    return Error(ErrorCode::usage, "not in scope");
  }
  std::optional<std::string> checked(std::string_view pointer) override {
    const auto found = by_check.find(std::string(pointer));
    return found == by_check.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_coordinate(std::string_view text) override {
    return text.substr(0, 8) == "airbyte_" && text.find("_v") != std::string_view::npos;
  }

  Result<bool> knows(std::string_view text) override {
    return values.count(std::string(text)) != 0;
  }

  Result<SecretBytes> reveal(std::string_view coordinate) const {
    const auto found = values.find(std::string(coordinate));
    if (found == values.end()) return Error(ErrorCode::not_found, "no such secret");
    return SecretBytes::copy_of(found->second);
  }

  std::map<std::string, std::string> values;
  std::map<std::string, std::string> by_check;
  std::set<std::string> adoptable, gone;
  std::uint64_t secrets = 0;
};

}  // namespace coffer::configs
