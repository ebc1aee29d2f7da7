// A rollback anchor: a place outside the store that remembers how far the store has come, so that
// an older copy of all its files is refused (ErrorCode::rolled_back) and not taken for the store.
//
//   file:///media/usb/coffer.anchor                     a file on other media
//   tpm2:device=/dev/tpmrm0?nv=0x01500021               a counter in this machine's TPM
//
// The anchor is always written after the commit that it tells of: a crash in between leaves it
// behind the store, which is no reason to refuse. What a copy can be rolled back to unnoticed is
// what the anchor was last told; how often that is, its cadence says.
#pragma once

#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

/// When the anchor is told. Each includes those below it, and Anchor::update.
enum class AnchorCadence : std::uint8_t {
  automatic = 0,  ///< commit for a file, shred for a TPM's counter, whose memory wears.
  commit = 1,     ///< Before a writing call returns. A file is replaced, durably, each time.
  close = 2,      ///< Where the store is closed.
  shred = 3,      ///< Before a call that destroyed something for good returns.
};

/// What to do with a store that is older than its anchor, or whose anchor cannot be had.
enum class AnchorDoubt : std::uint8_t {
  refuse,   ///< rolled_back, or why it cannot be had.
  accept,   ///< Open it, note that, and set the anchor to it; corrupt where that is another's.
  give_up,  ///< Open it, note that and give the anchor up.
};

struct AnchorInfo {
  std::string uri;
  AnchorCadence cadence = AnchorCadence::commit;
  std::uint64_t sequence = 0;           ///< Of the store: how far it has come.
  std::string root_hash;                ///< Of the store's root, keyed, as hexadecimal.
  std::uint64_t anchored_sequence = 0;  ///< Of a file: the commit that it remembers.
  std::int64_t anchored_at_ms = 0;      ///< Of a file: when it was written.
  std::uint64_t counter = 0;            ///< Of a TPM: what the store expects it to say,
  std::uint64_t anchored_counter = 0;   ///< and what it says.
};

/// The rollback anchor of an open store, by Store::anchor().
class COFFER_API Anchor : public Facet {
 public:
  /// Sets or moves it. Errors: usage (the URI, a place below the store), conflict (something else
  /// stands there), key_unavailable, io.
  Result<void> set(std::string_view uri, AnchorCadence cadence = AnchorCadence::automatic);
  /// Gives it up; a file that is not its own stays. Errors: not_found (the store has none).
  Result<void> remove();
  /// Writes the newest commit to it now. Errors: not_found, key_unavailable, corrupt, io.
  Result<void> update();
  /// What it says; nothing if the store has none. Errors: key_unavailable, corrupt, io.
  Result<std::optional<AnchorInfo>> get();

 private:
  using Facet::Facet;
};

}  // namespace coffer
