#include "tools/command/numbers.h"

#include <algorithm>

#include "text/ascii.h"

namespace coffer::tools {

Result<std::uint64_t> parse_number(std::string_view option, std::string_view text) {
  const auto number = ascii::parse_number<std::uint64_t>(text);
  if (number) return *number;
  return Error(ErrorCode::usage, "takes a whole number").about(Subject::Kind::name, option);
}

Result<bool> parse_truth(std::string_view option, std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Error(ErrorCode::usage, "takes true or false").about(Subject::Kind::name, option);
}

Result<std::vector<std::uint64_t>> parse_versions(std::string_view text) {
  std::vector<std::uint64_t> versions;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::uint64_t version = COFFER_TRY(parse_number("--versions", text.substr(0, comma)));
    if (version == 0 || std::find(versions.begin(), versions.end(), version) != versions.end()) {
      return Error(ErrorCode::usage, "takes version numbers from 1 up, each once",
                   "for example --versions 1,2,5")
          .about(Subject::Kind::name, "--versions");
    }
    versions.push_back(version);
    if (comma == std::string_view::npos) return versions;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace coffer::tools
