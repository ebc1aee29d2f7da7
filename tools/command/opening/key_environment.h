// What of the environment is coffer's own: the keys of its store, and what key services take to
// let it in. A command that coffer runs gets none of it unasked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

/// As process_environment, and notes what was asked for: by this the library looks up the
/// credentials of the kinds of keys that are in use. Any thread.
std::string_view environment_of_keys(const char* name);

/// Whether this variable names the store or its anchor, tells its key, or is a credential that was
/// looked up for one of its keys.
bool is_key_variable(std::string_view name);

/// Entries ("NAME=value") of the environment that this process was given, as a child gets them:
/// what coffer set for itself is not among them. `keep_keys`: variables of the store's are, and a
/// directory in COFFER_STORE is told by its whole path, for the child may run elsewhere.
std::vector<std::string> inherited_environment(bool keep_keys);

}  // namespace coffer::tools
