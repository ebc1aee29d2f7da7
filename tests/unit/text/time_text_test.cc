#include "text/time_text.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <random>

namespace coffer::text::time_text_test {
namespace {

std::int64_t duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  INFO(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

std::int64_t time_of(std::string_view text) {
  const auto parsed = parse_time(text);
  INFO(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

TEST_CASE("durations are whole numbers with units, the larger first, or seconds") {
  CHECK(duration("90s") == 90'000);
  CHECK(duration("15m") == 900'000);
  CHECK(duration("2h") == 7'200'000);
  CHECK(duration("30d") == 2'592'000'000);
  CHECK(duration("1w") == 604'800'000);
  CHECK(duration("1h30m") == 5'400'000);
  CHECK(duration("1w2d3h4m5s") == 788'645'000);
  CHECK(duration("0h90s") == 90'000);
  CHECK(duration("5") == 5'000);
  CHECK(duration("0") == 0);
  CHECK(duration("0s") == 0);
  for (const char* text :
       {"",       "s",     "-1s", "+1s", "1.5h", "1e3",   " 1s",
        "1s ",    "1 s",   "1ms", "1H",  "1h30", "30m1h", "1h2h",
        "1h 30m", "1h-5m", "1hm", "1W",  "0x10", "1y",    "99999999999999999999999x",
        "h1"}) {
    INFO(text);
    REQUIRE_FALSE(parse_duration(text).ok());
    CHECK(parse_duration(text).error().code() == ErrorCode::usage);
  }
}

TEST_CASE("durations do not overflow") {
  CHECK(duration("365000d") == kDurationMaxMs);
  CHECK(duration("31536000000") == kDurationMaxMs);
  for (const char* text :
       {"365000d1s", "52142w7d", "365001d", "31536000001", "8760001h", "9223372036854775807",
        "9223372036854775808s", "106751991168d", "99999999999999999999999999999999m"}) {
    INFO(text);
    REQUIRE_FALSE(parse_duration(text).ok());
    CHECK(parse_duration(text).error().code() == ErrorCode::limit);
  }
}

TEST_CASE("times are printed in UTC, as texts that sort like the times") {
  CHECK(print_time(0).empty());
  CHECK(print_time(1) == "1970-01-01T00:00:00.001Z");
  CHECK(print_time(1000) == "1970-01-01T00:00:01.000Z");
  CHECK(print_time(1'700'000'000'120) == "2023-11-14T22:13:20.120Z");
  CHECK(print_time(1'700'000'000'100) == "2023-11-14T22:13:20.100Z");
  CHECK(print_time(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  CHECK(print_time(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(print_time(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
  CHECK(print_time(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(print_time(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("times are parsed with Z or an offset") {
  CHECK(time_of("") == 0);
  CHECK(time_of("1970-01-01T00:00:00Z") == 0);
  CHECK(time_of("2023-11-14T22:13:20.120Z") == 1'700'000'000'120);
  CHECK(time_of("2023-11-14t22:13:20.120z") == 1'700'000'000'120);
  CHECK(time_of("2023-11-14T22:13:20.123456789Z") == 1'700'000'000'123);
  CHECK(time_of("2023-11-15T00:13:20+02:00") == 1'700'000'000'000);
  CHECK(time_of("2023-11-14T16:43:20-05:30") == 1'700'000'000'000);
  CHECK(time_of("1969-12-31T23:59:59.9Z") == -100);
  CHECK(time_of("2024-02-29T00:00:00Z") == 1'709'164'800'000);
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"x",
                           "2023",
                           "2023-11-14",
                           "2023-11-14T22:13:20",
                           "2023-11-14 22:13:20Z",
                           "2023-11-14T22:13Z",
                           "2023-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2023-00-10T00:00:00Z",
                           "2023-13-10T00:00:00Z",
                           "2023-04-31T00:00:00Z",
                           "2023-04-00T00:00:00Z",
                           "2023-11-14T24:00:00Z",
                           "2023-11-14T22:60:00Z",
                           "2023-11-14T22:13:60Z",
                           "2023-11-14T22:13:20.Z",
                           "2023-11-14T22:13:20.1234567890Z",
                           "2023-11-14T22:13:20.1",
                           "2023-11-14T22:13:20+0200",
                           "2023-11-14T22:13:20+24:00",
                           "2023-11-14T22:13:20+02:60",
                           "2023-11-14T22:13:20ZZ",
                           " 2023-11-14T22:13:20Z",
                           "2023-11-14T22:13:20Z ",
                           "12023-11-14T22:13:20Z",
                           "-2023-11-14T22:13:20Z",
                           "+023-11-14T22:13:20Z",
                           "2023-1-14T22:13:20Z",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01"}) {
    INFO(text);
    REQUIRE_FALSE(parse_time(text).ok());
    CHECK(parse_time(text).error().code() == ErrorCode::usage);
  }
}

TEST_CASE("printed times are parsed back, and agree with the C library") {
  const auto seed = std::uint64_t{std::random_device{}()};
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> any(-62'167'219'200'000, 253'402'300'799'999);
  for (int round = 0; round < 20'000; ++round) {
    const std::int64_t ms = any(random);
    CAPTURE(ms);
    const std::string text = print_time(ms);
    REQUIRE(time_of(text) == ms);
    const std::time_t seconds = (ms - (ms % 1000 + 1000) % 1000) / 1000;
    std::tm parts{};
    REQUIRE(gmtime_r(&seconds, &parts) != nullptr);
    char expected[32];
    REQUIRE(std::strftime(expected, sizeof expected, "-%m-%dT%H:%M:%S", &parts) > 0);
    REQUIRE(text.substr(4, 15) == expected);
    REQUIRE(std::atoi(text.substr(0, 4).c_str()) == parts.tm_year + 1900);
  }
}

}  // namespace
}  // namespace coffer::text::time_text_test
