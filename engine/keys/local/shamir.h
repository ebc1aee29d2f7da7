// A key in shares (Shamir, 1979), of which some number together give it back and fewer tell
// nothing. The arithmetic is libgfshare's, loaded when it is first needed.
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

using ShareSet = std::array<std::uint8_t, 3>;  ///< Tells the shares of one splitting from others.

/// The shares as texts to print. Errors: key_unavailable (no libgfshare).
Result<std::vector<SecretBytes>> split_key(const crypto::Key& key, SharePlan plan, ShareSet set);

/// Texts of shares, blank lines aside, in any order; more than needed are not looked at.
/// Errors: wrong_key (a mistake in one, shares of two sets, one twice, too few),
/// key_unavailable.
Result<crypto::Key> join_shares(const std::vector<SecretBytes>& texts);
/// How many shares the set of this one needs. Errors: wrong_key.
Result<unsigned> shares_needed(std::string_view text);

}  // namespace coffer::keys
