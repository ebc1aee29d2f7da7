#include "tools/command/durations.h"

#include "text/time_text.h"

namespace coffer::tools {

Result<std::int64_t> parse_span(std::string_view option, std::string_view text, bool with_never) {
  if (with_never && text == "never") return std::int64_t{-1};
  Result<std::int64_t> parsed = text::parse_duration(text);
  if (parsed) return parsed;
  return std::move(parsed).error().about(Subject::Kind::name, option);
}

std::string print_span(std::int64_t ms) {
  if (ms < 0) return "never";
  struct Unit {
    std::int64_t ms;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}};
  if (ms == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (ms % unit.ms == 0) return std::to_string(ms / unit.ms) + unit.name;
  }
  return std::to_string(ms) + "ms";
}

}  // namespace coffer::tools
