#include "tools/command/opening/login.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

namespace coffer::tools {
namespace {

std::string group_name(gid_t number) {
  const group* found = getgrgid(number);
  return found == nullptr ? "#" + std::to_string(number) : std::string(found->gr_name);
}

}  // namespace

std::string login_name() { return user_name(getuid()); }

std::string user_name(std::uint32_t number) {
  const passwd* user = getpwuid(number);
  return user == nullptr ? "#" + std::to_string(number) : std::string(user->pw_name);
}

std::vector<std::string> login_groups() {
  std::vector<std::string> names{group_name(getgid())};
  const int count = getgroups(0, nullptr);
  std::vector<gid_t> numbers(static_cast<std::size_t>(std::max(count, 0)));
  const int got = getgroups(static_cast<int>(numbers.size()), numbers.data());
  for (int i = 0; i < got; ++i) {
    const std::string name = group_name(numbers[static_cast<std::size_t>(i)]);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace coffer::tools
