// An anchor is a place outside the store that remembers its last commit. These are the record that
// the anchor holds, and the root's record of where the anchor is (SPEC.md section 7.2).
#pragma once

#include <coffer/anchor.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace coffer::format {

using AnchorId = std::array<std::uint8_t, 16>;
using RootHash = std::array<std::uint8_t, 32>;

/// The root's record of where the anchor is.
struct AnchorSetting {
  std::string uri;  ///< Empty: the store has no anchor.
  AnchorId id{};    ///< Made when the anchor was set: one with another id is not ours.
  AnchorCadence cadence = AnchorCadence::commit;
  std::uint64_t counter = 0;  ///< A TPM's counter: its value now, or after its next step.
};
SecretBytes encode_anchor_setting(const AnchorSetting& setting);
/// Errors: corrupt, too_new (an unknown cadence).
Result<AnchorSetting> decode_anchor_setting(ByteView bytes);

/// The sealed content of an anchor: the commit that it remembers.
struct AnchorMark {
  AnchorId id{};
  std::uint64_t sequence = 0;
  RootHash root_hash{};
  std::int64_t at_ms = 0;
};
SecretBytes encode_anchor_mark(const AnchorMark& mark);
/// Errors: corrupt, too_new.
Result<AnchorMark> decode_anchor_mark(ByteView bytes);

}  // namespace coffer::format
