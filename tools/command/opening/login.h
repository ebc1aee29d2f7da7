// Whom the operating system takes the caller for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer::tools {

/// The login name of this process's user; "#NUMBER" where the number has no name.
std::string login_name();
/// The same of another user's number.
std::string user_name(std::uint32_t number);
/// The names of the groups that this process is in; "#NUMBER" where one has none.
std::vector<std::string> login_groups();

}  // namespace coffer::tools
