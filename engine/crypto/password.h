// Stretches passphrases to keys: Argon2id (RFC 9106) as libsodium implements it.
#pragma once

#include <coffer/result.h>

#include <array>

#include "base/bytes.h"
#include "crypto/key.h"

namespace coffer::crypto {

struct PasswordCost {
  std::uint64_t passes = 0;
  std::uint64_t memory_bytes = 0;
};
inline constexpr std::size_t kSaltBytes = 16;

/// MODERATE: 3 passes over 256 MiB.
PasswordCost default_password_cost();
/// Whether a stored slot may ask for this cost: 1 to 16 passes, 8 MiB to 1 GiB. A crafted file
/// cannot exhaust the machine.
bool is_acceptable(const PasswordCost& cost);

/// While one exists, this thread's stretching may cost as much as eight slots of the default cost
/// in all (passes times memory); beyond that stretch_password() fails with `limit`. The slot table
/// is unproven until a slot has opened it, and a crafted one must not keep the machine busy for
/// minutes.
class StretchBudget {
 public:
  StretchBudget();
  ~StretchBudget();
  StretchBudget(const StretchBudget&) = delete;
  StretchBudget& operator=(const StretchBudget&) = delete;
};

/// `salt` has kSaltBytes. Errors: limit (the cost is not acceptable or exceeds the budget, or there
/// is not enough memory).
Result<Key> stretch_password(ByteView password, ByteView salt, const PasswordCost& cost);

}  // namespace coffer::crypto
