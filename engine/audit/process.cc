#include "audit/process.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "engine/text/utf8.h"
#include "format/limits.h"

namespace coffer::audit {
namespace {

// The file that runs, not argv[0], which is whatever the parent wrote there.
std::string program_name() {
  std::array<char, 4096> target;
  const ssize_t size = readlink("/proc/self/exe", target.data(), target.size());
  if (size <= 0) return {};
  std::string_view name(target.data(), static_cast<std::size_t>(size));
  constexpr std::string_view kReplaced = " (deleted)";  // While it ran, by a newer file.
  if (name.ends_with(kReplaced)) name.remove_suffix(kReplaced.size());
  name.remove_prefix(name.rfind('/') + 1);
  if (!utf8::is_valid(name)) return {};
  name = name.substr(0, format::kAuditProgramBytesMax);
  while (!utf8::is_valid(name)) name.remove_suffix(1);  // Not in the middle of a character.
  return std::string(name);
}

}  // namespace

Process this_process() {
  static const std::string program = program_name();
  return {static_cast<std::uint32_t>(getuid()), static_cast<std::uint32_t>(getpid()), program};
}

}  // namespace coffer::audit
