#include "tools/command/opening/key_environment.h"

#include <coffer/key_source.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>

#include "tools/command/hygiene.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kStore = "COFFER_STORE";
constexpr std::array<std::string_view, 3> kOwn = {"COFFER_KEY", "COFFER_ANCHOR", kStore};

struct Asked {
  std::mutex mutex;
  std::set<std::string, std::less<>> names;
};

Asked& asked() {
  static Asked all;
  return all;
}

// A region or an address gives no access, and the child command may need it.
bool is_credential(std::string_view name) {
  constexpr std::array<std::string_view, 5> kParts = {"TOKEN", "SECRET", "CREDENTIAL", "ACCESS_KEY",
                                                      "PASSWORD"};
  return std::any_of(kParts.begin(), kParts.end(), [name](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  });
}

std::string with_whole_path(const std::string& entry) {
  std::error_code failed;
  const auto whole = std::filesystem::absolute(entry.substr(kStore.size() + 1), failed);
  return failed ? entry : std::string(kStore) + "=" + whole.string();
}

}  // namespace

std::string_view environment_of_keys(const char* name) {
  {
    const std::lock_guard lock(asked().mutex);
    asked().names.emplace(name);
  }
  return process_environment(name);
}

bool is_key_variable(std::string_view name) {
  if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end()) return true;
  const std::lock_guard lock(asked().mutex);
  return is_credential(name) && asked().names.contains(name);
}

std::vector<std::string> inherited_environment(bool keep_keys) {
  std::vector<std::string> entries;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::string_view name = entry.substr(0, entry.find('='));
    if (is_own_variable(entry) || (!keep_keys && is_key_variable(name))) continue;
    const bool names_store = name == kStore && entry.size() > kStore.size() + 1;
    entries.push_back(names_store ? with_whole_path(*at) : std::string(entry));
  }
  return entries;
}

}  // namespace coffer::tools
