// The user and groups that this process runs as.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coffer::tools {

/// The login name of this process's user; "#NUMBER" if the number has no name.
std::string login_name();
/// The login name of the user with this number; "#NUMBER" if it has no name.
std::string user_name(std::uint32_t number);
/// The names of this process's groups; "#NUMBER" for one without a name.
std::vector<std::string> login_groups();

}  // namespace coffer::tools
