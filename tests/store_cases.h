// What the case-by-case tests of a Store have in common.
#pragma once

#include <coffer/store.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/scratch.h"

namespace coffer::test {

inline Value text(std::string_view bytes) { return Value::opaque(bytes); }
inline Value json(std::string_view text) { return Value::json(text).value(); }

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.ok());
  return result.error().code();
}

/// Commits that changed something: a refusal's record is not one.
inline std::size_t changes_of(Store& store) {
  return store.audit().list({.outcome = AuditFilter::Outcome::allowed}).value().size();
}

inline std::uint64_t sequence_of(Store& store) { return store.status().value().sequence; }

/// All that a caller can see of the secrets, in words: what a refusal must leave as it was. (The
/// sequence will not do, since the refusal itself goes on record.)
inline std::string state_of(Store& store) {
  std::string told;
  const std::vector<std::string> paths =
      store.list("", {.recursive = true, .state = ListState::all}).value();
  for (const std::string& path : paths) {
    const Metadata metadata = store.metadata(path).value();
    told += path + " " + metadata.kind + " " + metadata.description + " " + metadata.owner + " " +
            std::to_string(metadata.updated_at_ms) + " " + std::to_string(metadata.max_versions) +
            " " + std::to_string(metadata.delete_version_after_ms) +
            (metadata.cas_required ? " cas" : "");
    for (const std::string& tag : metadata.tags) told += " #" + tag;
    for (const auto& [key, value] : metadata.custom) told += " " + key + "=" + value;
    const History history = store.history(path).value();
    for (const VersionInfo& version : history.versions) {
      const auto secret = store.get(path, version.version);
      told += "\n  " + std::to_string(version.version) + " " +
              std::to_string(version.created_at_ms) + " " + std::to_string(version.deletion_at_ms) +
              " " + std::to_string(version.expires_at_ms) + (version.destroyed ? " gone " : " ") +
              (secret ? std::string(secret->value.text()) : "");
    }
    told += "\n";
  }
  const StoreSettings settings = store.settings().value();
  return told + std::to_string(settings.max_versions) + " " +
         std::to_string(settings.value_bytes_max) + " " +
         std::to_string(settings.delete_version_after_ms) + " " +
         std::to_string(settings.scopes.size()) + (settings.cas_required ? " cas" : "");
}

inline std::vector<std::uint64_t> numbers_of(const History& history) {
  std::vector<std::uint64_t> numbers;
  for (const VersionInfo& info : history.versions) numbers.push_back(info.version);
  return numbers;
}

inline void put_times(Store& store, const std::string& path, int times) {
  for (int i = 1; i <= times; ++i) REQUIRE(store.put(path, text(std::to_string(i))).ok());
}

inline std::string value_of(Store& store, const std::string& path, std::uint64_t version = 0) {
  auto secret = store.get(path, version);
  REQUIRE(secret.ok());
  return std::string(secret->value.text());
}

inline void require_sound(Store& store) {
  const auto report = store.verify();
  REQUIRE(report.ok());
  REQUIRE(report->problems == std::vector<std::string>{});
}

}  // namespace coffer::test
