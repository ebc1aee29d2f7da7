#include "text/time_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>

#include "text/ascii.h"

namespace coffer::text {
namespace {

namespace chrono = std::chrono;

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kMsPerMinute = 60 * kMsPerSecond;
constexpr std::int64_t kMsPerHour = 60 * kMsPerMinute;
constexpr std::int64_t kMsPerDay = 24 * kMsPerHour;

constexpr std::int64_t ms_of(chrono::sys_days day) {
  return std::int64_t{day.time_since_epoch().count()} * kMsPerDay;
}
constexpr std::int64_t kFirstMs = ms_of(chrono::year(0) / 1 / 1);
constexpr std::int64_t kLastMs = ms_of(chrono::year(9999) / 12 / 31) + kMsPerDay - 1;

std::optional<std::int64_t> unit_ms(std::string_view unit) {
  if (unit.empty() || unit == "s") return kMsPerSecond;
  if (unit == "m") return kMsPerMinute;
  if (unit == "h") return kMsPerHour;
  if (unit == "d") return kMsPerDay;
  if (unit == "w") return 7 * kMsPerDay;
  return std::nullopt;
}

// Takes a time apart from its front. After the first part that does not fit, all others fail.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  int number(std::size_t width, int most) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value * 10 + digit();
    if (value > most) failed_ = true;
    return value;
  }
  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void require(char wanted) {
    if (!take(wanted)) failed_ = true;
  }
  // One to nine digits, of which the first three count.
  std::int64_t fraction_ms() {
    std::int64_t value = 0;
    int places = 0;
    do {
      const int next = digit();
      if (++places <= 3) value = value * 10 + next;
    } while (!failed_ && places < 9 && !text_.empty() && ascii::is_digit(text_.front()));
    for (; places < 3; ++places) value *= 10;
    return value;
  }
  std::int64_t offset_ms() {
    if (take('Z') || take('z')) return 0;
    const bool behind = take('-');
    if (!behind) require('+');
    const int hours = number(2, 23);
    require(':');
    const std::int64_t offset = hours * kMsPerHour + number(2, 59) * kMsPerMinute;
    return behind ? -offset : offset;
  }
  bool done() const { return !failed_ && text_.empty(); }

 private:
  int digit() {
    if (text_.empty() || !ascii::is_digit(text_.front())) {
      failed_ = true;
      return 0;
    }
    const int value = text_.front() - '0';
    text_.remove_prefix(1);
    return value;
  }
  std::string_view text_;
  bool failed_ = false;
};

}  // namespace

Result<std::int64_t> parse_duration(std::string_view text) {
  const auto bad = [] {
    return Error(ErrorCode::usage, "this is not a duration",
                 "write it as 90s, 15m, 2h, 1h30m, 30d, 1w or in seconds");
  };
  std::int64_t total = 0;
  std::int64_t least_unit = std::numeric_limits<std::int64_t>::max();
  bool too_long = false;
  do {
    if (text.empty() || !ascii::is_digit(text.front())) return bad();
    std::int64_t count = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    const bool is_bare = text.empty();
    const auto unit = unit_ms(text.substr(0, 1));
    // Each unit once, the larger units first: a slip must not be taken for another duration.
    if (!unit || *unit >= least_unit) return bad();
    if (is_bare && least_unit != std::numeric_limits<std::int64_t>::max()) return bad();
    least_unit = *unit;
    if (error != std::errc() || count > (kDurationMaxMs - total) / *unit) {
      too_long = true;
    } else {
      total += count * *unit;
    }
    text.remove_prefix(is_bare ? 0 : 1);
  } while (!text.empty());
  if (too_long) return Error(ErrorCode::limit, "the duration is longer than a thousand years");
  return total;
}

std::string print_time(std::int64_t ms) {
  if (ms == 0) return {};
  const chrono::sys_time<chrono::milliseconds> time{
      chrono::milliseconds(std::clamp(ms, kFirstMs, kLastMs))};
  const auto day = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(time - day);
  char text[64];
  const int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text, static_cast<std::size_t>(length)) + "Z";
}

Result<std::int64_t> parse_time(std::string_view text) {
  if (text.empty()) return std::int64_t{0};
  TimeReader reader(text);
  const int year = reader.number(4, 9999);
  reader.require('-');
  const auto month = static_cast<unsigned>(reader.number(2, 12));
  reader.require('-');
  const auto day = static_cast<unsigned>(reader.number(2, 31));
  if (!reader.take('t')) reader.require('T');  // RFC 3339 allows both.
  std::int64_t in_day = reader.number(2, 23) * kMsPerHour;
  reader.require(':');
  in_day += reader.number(2, 59) * kMsPerMinute;
  reader.require(':');
  in_day += reader.number(2, 59) * kMsPerSecond;
  if (reader.take('.')) in_day += reader.fraction_ms();
  const std::int64_t offset = reader.offset_ms();
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  // An offset may lead out of the years that can be written.
  const std::int64_t ms = date.ok() ? ms_of(chrono::sys_days(date)) + in_day - offset : 0;
  if (!reader.done() || !date.ok() || ms < kFirstMs || ms > kLastMs)
    return Error(ErrorCode::usage, "this is not a time", "write it as 2030-01-31T12:00:00Z");
  return ms;
}

}  // namespace coffer::text
