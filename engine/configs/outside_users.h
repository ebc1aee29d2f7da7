// References of outside users: names that a caller has given as users of a secret.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string_view>

#include "secrets/transaction.h"

namespace coffer::configs {

/// Version 0 means the current version at any time. Adding a user twice is no error.
/// Errors: usage, limit (the user's name), not_found, expired, deleted, destroyed.
Result<void> add_outside_user(secrets::Transaction& transaction, std::string_view path,
                              std::uint64_t version, std::string_view user);
/// As add_outside_user(), for a user carried over from another store: the secret may be deleted or
/// absent. Errors: usage, limit (the user's name).
Result<void> restore_outside_user(secrets::Transaction& transaction, std::string_view path,
                                  std::uint64_t version, std::string_view user);
/// If nobody uses a config's version any more, its grace period begins; a sweep destroys it later.
/// Errors: not_found, usage, limit (the user's name).
Result<void> remove_outside_user(secrets::Transaction& transaction, std::string_view path,
                                 std::uint64_t version, std::string_view user);

}  // namespace coffer::configs
