// References of outside users: whoever the caller says uses a secret.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>

#include "secrets/transaction.h"

namespace coffer::configs {

/// Version 0: whichever is current. Again is no error. Errors: usage (the user's name), not_found,
/// expired, deleted, destroyed.
Result<void> add_outside_user(secrets::Transaction& transaction, std::string_view path,
                              std::uint64_t version, std::string_view user);
/// The same of what comes from another store: the secret may be deleted, or not be there, and is
/// marked as it is. Errors: usage (the user's name).
Result<void> restore_outside_user(secrets::Transaction& transaction, std::string_view path,
                                  std::uint64_t version, std::string_view user);
/// A config's version that nobody uses any more is unreachable from now on: the sweep takes it
/// when its grace is over. Errors: not_found.
Result<void> remove_outside_user(secrets::Transaction& transaction, std::string_view path,
                                 std::uint64_t version, std::string_view user);

}  // namespace coffer::configs
