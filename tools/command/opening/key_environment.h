// Which environment variables belong to coffer: the store's keys and the credentials for key
// services. A command that coffer runs gets them only on request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// Like process_environment, and remembers the name. The library looks up its key services'
/// credentials through it, so only variables of key kinds in use are remembered. Any thread.
std::string_view environment_of_keys(const char* name);

/// Whether this variable names the store or its anchor, holds its key, or is a credential that was
/// looked up for one of its keys.
bool is_key_variable(std::string_view name);

/// The environment ("NAME=value") for a child process: without the variables that coffer set for
/// itself. `keep_keys` keeps the store's variables and makes the path in COFFER_STORE absolute,
/// because the child may run in another directory.
std::vector<std::string> inherited_environment(bool keep_keys);

}  // namespace coffer::tools
