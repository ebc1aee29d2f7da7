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

inline std::uint64_t sequence_of(Store& store) { return store.status().value().sequence; }

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
