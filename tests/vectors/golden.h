// The content of the golden store, shared by the program that made it and the test that reads it.
#pragma once

#include <coffer/clock.h>

#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

namespace golden {

class FixedClock : public coffer::Clock {
 public:
  explicit FixedClock(std::int64_t now_ms) : now_ms_(now_ms) {}
  std::int64_t now_ms() const override { return now_ms_; }

 private:
  std::int64_t now_ms_;
};

inline constexpr std::int64_t kMadeAtMs = 1760000000000;
inline constexpr std::string_view kPassphrase = "golden store, format 1";
inline constexpr std::string_view kFirstJson = R"({"user":"foo","port":5432})";
inline constexpr std::string_view kSecondJson =
    R"({ "user" : "foo", "port" : 5432.0, "n" : 1e400 })";
/// Words in German, Russian and Japanese letters, separated by slashes.
inline constexpr std::string_view kUnicodePath =
    "gr\xC3\xB6\xC3\x9F"
    "e/\xD0\xBA\xD0\xBB\xD1\x8E\xD1\x87/\xE9\x8D\xB5";
inline constexpr std::string_view kSpec =
    R"({"type":"object","properties":{"host":{"type":"string"},)"
    R"("password":{"type":"string","airbyte_secret":true}}})";
inline constexpr std::string_view kDocument =
    R"({"host":"db.example","password":"golden-password"})";

inline std::vector<std::uint8_t> all_bytes() {
  std::vector<std::uint8_t> bytes(256);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

}  // namespace golden
