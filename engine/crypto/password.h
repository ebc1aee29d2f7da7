// Passphrases stretched to keys: Argon2id (RFC 9106), libsodium's parameters.
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
/// What a stored slot may ask for at most, so that a crafted file cannot exhaust a machine.
bool is_acceptable(const PasswordCost& cost);

/// While it is there, what this thread stretches costs no more than eight slots of the default
/// cost, passes times memory in all: stretch_password() answers `limit` beyond. A crafted table of
/// slots, which nothing proves until one has opened, cannot keep a machine busy for minutes.
class StretchBudget {
 public:
  StretchBudget();
  ~StretchBudget();
  StretchBudget(const StretchBudget&) = delete;
  StretchBudget& operator=(const StretchBudget&) = delete;
};

/// Errors: limit (the cost is not acceptable or beyond the budget, the memory cannot be had).
Result<Key> stretch_password(ByteView password, ByteView salt, const PasswordCost& cost);

}  // namespace coffer::crypto
