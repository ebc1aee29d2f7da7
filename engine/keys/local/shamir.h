// Splits a key into shares (Shamir, 1979): `threshold` of them give the key back, fewer reveal
// nothing. libgfshare does the arithmetic; it is loaded when it is first needed.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <array>
#include <string_view>
#include <vector>

#include "crypto/key.h"

namespace coffer::keys {

inline constexpr unsigned kSharesMax = 32;

struct SharePlan {
  unsigned shares = 0;
  unsigned threshold = 0;
};
/// `shares=5&threshold=3`; 2 <= threshold <= shares <= kSharesMax. Errors: usage.
Result<SharePlan> parse_share_plan(std::string_view parameters);

using ShareSet = std::array<std::uint8_t, 3>;  ///< The same in all shares of one splitting.

/// The shares as texts to print. Errors: key_unavailable (no libgfshare).
Result<std::vector<SecretBytes>> split_key(const crypto::Key& key, SharePlan plan, ShareSet set);

/// The key from the texts of its shares, in any order; skips blank lines and superfluous shares.
/// Errors: wrong_key (a mistake in one, shares of two sets, one twice, too few),
/// key_unavailable.
Result<crypto::Key> join_shares(const std::vector<SecretBytes>& texts);
/// How many shares the set of this share needs. Errors: wrong_key.
Result<unsigned> shares_needed(std::string_view text);

}  // namespace coffer::keys
