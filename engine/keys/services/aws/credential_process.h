// A program that its user's own configuration names to fetch credentials.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <string_view>

#include "keys/services/http.h"
#include "keys/services/service.h"

namespace coffer::keys {

/// Runs `command`, words parted by blanks and kept together by double quotes, without a shell,
/// and gives what it writes to its standard output; its input and its errors go nowhere. Ends
/// it at the deadline. `named_in` is the file that the command stands in: what others could
/// have written there is not run. `around`: its environment gets only what such programs need to
/// find their files, the network and the profile; no key and no credential of the host program.
/// Errors: key_unavailable (the file is not this user's or root's alone, the program cannot be
/// run, fails, or is not done in time), limit (it writes more than 64 KiB).
Result<SecretBytes> run_credential_process(std::string_view command, const std::string& named_in,
                                           const Surroundings& around, const Deadline& deadline);

}  // namespace coffer::keys
