// Parses the numbers and truth values of the command line.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// Decimal digits only. Errors: usage, about the option.
Result<std::uint64_t> parse_number(std::string_view option, std::string_view text);
/// `true` or `false`. Errors: usage, about the option.
Result<bool> parse_truth(std::string_view option, std::string_view text);
/// `1,2,5`: each number at least 1 and given once. Errors: usage.
Result<std::vector<std::uint64_t>> parse_versions(std::string_view text);

}  // namespace coffer::tools
