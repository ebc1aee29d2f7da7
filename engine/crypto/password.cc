#include "crypto/password.h"

#include <optional>

#include "base/check.h"
#include "crypto/sodium.h"

namespace coffer::crypto {

static_assert(kSaltBytes == crypto_pwhash_SALTBYTES);

PasswordCost default_password_cost() {
  return {crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE};
}

bool is_acceptable(const PasswordCost& cost) {
  return cost.passes >= 1 && cost.passes <= 16 && cost.memory_bytes >= (std::uint64_t{8} << 20) &&
         cost.memory_bytes <= (std::uint64_t{1} << 30);
}

namespace {

// What this thread may still spend; nullopt if there is no limit.
thread_local std::optional<std::uint64_t> budget;

// The product cannot overflow: is_acceptable() bounds both factors.
bool take_from_budget(const PasswordCost& cost) {
  COFFER_CHECK(is_acceptable(cost));
  const std::uint64_t whole = cost.passes * cost.memory_bytes;
  if (!budget) return true;
  if (whole > *budget) return false;
  *budget -= whole;
  return true;
}

}  // namespace

StretchBudget::StretchBudget() {
  const PasswordCost one = default_password_cost();
  budget = 8 * one.passes * one.memory_bytes;
}
StretchBudget::~StretchBudget() { budget.reset(); }

Result<Key> stretch_password(ByteView password, ByteView salt, const PasswordCost& cost) {
  ensure_sodium();
  if (!is_acceptable(cost) || salt.size() != kSaltBytes)
    return Error(ErrorCode::limit, "the cost of stretching the passphrase is out of range");
  if (!take_from_budget(cost))
    return Error(ErrorCode::limit, "the passphrase slots need more work than one attempt may cost",
                 "open the store with another key; somebody may have changed the keyring file");
  Key key;
  if (crypto_pwhash(key.mutable_bytes().data(), kKeyBytes,
                    reinterpret_cast<const char*>(password.data()), password.size(), salt.data(),
                    cost.passes, static_cast<std::size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error(ErrorCode::limit, "not enough memory to stretch the passphrase",
                 "free some memory, or open the store with another key slot");
  return key;
}

}  // namespace coffer::crypto
