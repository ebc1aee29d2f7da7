#include "audit/process.h"

#include <unistd.h>

#include <array>
#include <string_view>

#include "format/limits.h"
#include "text/utf8.h"

namespace coffer::audit {
namespace {

// The executable's own file name; argv[0] is whatever the parent process chose.
std::string program_name() {
  std::array<char, 4096> target;
  const ssize_t size = readlink("/proc/self/exe", target.data(), target.size());
  if (size <= 0) return {};
  std::string_view name(target.data(), static_cast<std::size_t>(size));
  constexpr std::string_view kReplaced = " (deleted)";  // Added if a newer file replaced it.
  if (name.ends_with(kReplaced)) name.remove_suffix(kReplaced.size());
  name.remove_prefix(name.rfind('/') + 1);
  if (!utf8::is_valid(name)) return {};
  name = name.substr(0, format::kAuditProgramBytesMax);
  while (!utf8::is_valid(name)) name.remove_suffix(1);  // Cut between characters.
  return std::string(name);
}

}  // namespace

Process this_process() {
  static const std::string program = program_name();
  return {static_cast<std::uint32_t>(getuid()), static_cast<std::uint32_t>(getpid()), program};
}

}  // namespace coffer::audit
