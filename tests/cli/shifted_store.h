// Makes stores with a shifted clock, which only the library can do.
#pragma once

#include <coffer/store.h>

#include "tests/cli/command.h"

namespace cli {

inline constexpr std::int64_t kHourMs = 3'600'000;

class ShiftedClock : public coffer::Clock {
 public:
  explicit ShiftedClock(std::int64_t by_ms) : by_ms_(by_ms) {}
  std::int64_t now_ms() const override { return coffer::Clock::system().now_ms() + by_ms_; }

 private:
  std::int64_t by_ms_;
};

inline coffer::KeySource parse_key(const std::string& key) {
  return coffer::KeySource::parse(key).value();
}

/// Puts with a clock that is ahead of the machine's by `by_ms` (or behind if negative).
inline void put_shifted(const std::string& store_path, const std::string& key, std::int64_t by_ms,
                        const std::string& path, const coffer::PutOptions& how = {}) {
  const ShiftedClock clock(by_ms);
  coffer::OpenOptions options;
  options.clock = &clock;
  auto store = coffer::Store::open(store_path, parse_key(key), options);
  REQUIRE(store.ok());
  REQUIRE(store->put(path, coffer::Value::opaque("v"), how).ok());
}

inline void create_shifted(const std::string& store_path, const std::string& key,
                           std::int64_t by_ms) {
  const ShiftedClock clock(by_ms);
  coffer::CreateOptions options;
  options.clock = &clock;
  REQUIRE(coffer::Store::create(store_path, {parse_key(key)}, options).ok());
}

}  // namespace cli
