#include "tests/house/include_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <regex>

#include "tests/house/source_files.h"

namespace house {
namespace {

// Floors of equal height are neighbours and do not see each other.
struct Floor {
  std::string_view name;
  int height;
};
constexpr std::array kFloors = {Floor{"base", 0},    Floor{"text", 1},    Floor{"format", 2},
                                Floor{"crypto", 2},  Floor{"storage", 2}, Floor{"keys", 3},
                                Floor{"audit", 4},   Floor{"records", 5}, Floor{"secrets", 6},
                                Floor{"configs", 7}, Floor{"policy", 8},  Floor{"api", 9},
                                Floor{"tools", 10}};
constexpr std::string_view kPublic = "public";

struct Owner {
  std::string_view prefix;  // The beginning of the name between the angle brackets.
  std::string_view floor;
};
constexpr std::array kOwners = {
    Owner{"sodium.h", "crypto"},
    Owner{"sodium/", "crypto"},
    Owner{"lmdb.h", "storage"},
    Owner{"CLI/", "tools"},
    Owner{"csv.h", "tools"},
    Owner{"spdlog/", "tools"},
    Owner{"nlohmann/", "tools"},
    Owner{"google/protobuf/", "format"},
    Owner{"p11-kit/", "keys"},
    Owner{"tss2/", "keys"},
    Owner{"yaml-cpp/", "tools"},
    Owner{"curl/", "keys"},
    Owner{"libgfshare.h", "keys"},
    Owner{"openssl/x509.h", "tools"},  // The first match owns the header.
    Owner{"openssl/", "keys"},
};

constexpr std::array<std::string_view, 33> kSystemHeaders = {
    "cpuid.h",     "dirent.h",    "dlfcn.h",    "endian.h",  "errno.h",  "fcntl.h",  "grp.h",
    "immintrin.h", "limits.h",    "poll.h",     "pthread.h", "pty.h",    "pwd.h",    "sched.h",
    "signal.h",    "spawn.h",     "stdarg.h",   "stddef.h",  "stdint.h", "stdio.h",  "stdlib.h",
    "string.h",    "strings.h",   "syslog.h",   "termios.h", "time.h",   "unistd.h", "utmp.h",
    "wchar.h",     "x86intrin.h", "arm_neon.h", "fnmatch.h", "malloc.h"};

bool is_system_header(std::string_view name) {
  if (name.find('.') == std::string_view::npos && name.find('/') == std::string_view::npos) {
    return true;  // A header of the C++ library.
  }
  if (name.starts_with("sys/") || name.starts_with("linux/")) return true;
  return std::find(kSystemHeaders.begin(), kSystemHeaders.end(), name) != kSystemHeaders.end();
}

std::optional<int> height_of(std::string_view floor) {
  for (const Floor& known : kFloors) {
    if (known.name == floor) return known.height;
  }
  return std::nullopt;
}

// The floor of a file; empty if it is on none.
std::string_view floor_of(std::string_view path) {
  if (path.starts_with("engine/include/coffer/")) return kPublic;
  if (path.starts_with("engine/")) path.remove_prefix(7);
  const std::string_view folder = path.substr(0, path.find('/'));
  return height_of(folder) ? folder : std::string_view();
}

// The roof: what is below the API works with options, reports and small values.
constexpr std::array<std::string_view, 3> kRoof = {"coffer/store.h", "coffer/transaction.h",
                                                   "coffer/snapshot.h"};

std::optional<std::string> check_bracketed(std::string_view floor, std::string_view name) {
  if (std::find(kRoof.begin(), kRoof.end(), name) != kRoof.end() && floor != "api" &&
      floor != "tools" && floor != kPublic)
    return "a look at the roof";
  if (name.starts_with("coffer/")) return std::nullopt;
  if (floor == kPublic) {
    // The C interface needs C's headers for sizes.
    const bool is_c = name == "stddef.h" || name == "stdint.h" || name == "stdbool.h";
    if (is_c || name.find('.') == std::string_view::npos) return std::nullopt;
    return "a public header includes only the language's own and <coffer/...>";
  }
  for (const Owner& owner : kOwners) {
    if (!name.starts_with(owner.prefix)) continue;
    if (owner.floor == floor) return std::nullopt;
    return "this header belongs to " + std::string(owner.floor);
  }
  if (is_system_header(name)) return std::nullopt;
  return "no rule knows this header";
}

// What makes up for one product or another can go, or come, without the rest of the command.
bool looks_into_products(std::string_view path, std::string_view name) {
  constexpr std::string_view kProducts = "tools/products/";
  return name.starts_with(kProducts) && !path.starts_with(kProducts);
}

std::optional<std::string> check_quoted(std::string_view path, std::string_view floor,
                                        std::string_view name) {
  if (floor == kPublic) return "a public header includes only the language's own and <coffer/...>";
  const std::size_t slash = name.find('/');
  const std::string_view target = slash == std::string_view::npos ? floor : name.substr(0, slash);
  if (name.ends_with(".pb.h") && target != "format") return "generated codecs belong to format";
  const std::optional<int> height = height_of(target);
  if (!height) return "an include names its floor: \"floor/file.h\"";
  if (looks_into_products(path, name)) return "a look into the products from outside";
  if (target == floor) return std::nullopt;
  // What the handles of an open store share is behind records' doors: Vault, Reading, Writing.
  if (name == "records/vault/core.h") return "a look behind another floor's door";
  if (*height > *height_of(floor)) return "a look upward";
  if (*height == *height_of(floor)) return "a look at a neighbour on the same floor";
  // The command uses the public API; of the inner floors it may use only these pure ones.
  if (floor == "tools" && target != "format" && target != "text" && target != "base")
    return "a look behind the API";
  return std::nullopt;
}

}  // namespace

std::vector<std::string> check_includes(std::string_view path, std::string_view text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]*)[>"])");
  static const std::regex kAnyInclude(R"(^\s*#\s*(include|include_next|import)\b)");
  const std::string_view floor = floor_of(path);
  std::vector<std::string> findings;
  if (floor.empty()) return {std::string(path) + ": stands on no floor"};
  std::size_t line_number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++line_number;
    std::optional<std::string> why;
    std::cmatch match;
    if (std::regex_search(line.data(), line.data() + line.size(), match, kInclude)) {
      const std::string name = match[2];
      why = match[1] == "<" ? check_bracketed(floor, name) : check_quoted(path, floor, name);
    } else if (std::regex_search(line.begin(), line.end(), kAnyInclude)) {
      why = "an include that cannot be read";
    }
    if (!why) continue;
    findings.push_back(std::string(path) + ":" + std::to_string(line_number) + ": " + *why + ": " +
                       std::string(line));
  }
  return findings;
}

}  // namespace house
