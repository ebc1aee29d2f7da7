// Times and durations as people and scripts write them.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coffer::text {

/// A thousand years of 365 days. Any time of this era plus a duration can still be printed.
inline constexpr std::int64_t kDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

/// Milliseconds of "90s", "15m", "2h", "30d", "1w", of several of them from the largest unit to the
/// smallest ("1h30m"), or of bare seconds. Numbers are whole, without sign and space.
/// Errors: usage, limit (more than kDurationMaxMs).
Result<std::int64_t> parse_duration(std::string_view text);

/// RFC 3339 in UTC, with "Z" and three digits of a fraction, so that texts sort as times do. 0,
/// which means unset, is "". A time outside the years 0 to 9999 is shown as the nearest time in
/// them.
std::string print_time(std::int64_t ms);

/// Milliseconds since 1970 of a time as RFC 3339 writes it: with "Z" or an offset, "T" and "Z" in
/// either case, a fraction of up to nine digits, which is cut to milliseconds. "" is 0. Leap
/// seconds are refused. Errors: usage.
Result<std::int64_t> parse_time(std::string_view text);

}  // namespace coffer::text
