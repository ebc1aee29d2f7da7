// A rollback anchor: a place outside the store that remembers how far the store has come, so that
// an older copy of all its files is refused (ErrorCode::rolled_back) and not taken for the store.
//
//   file:///media/usb/coffer.anchor                     a file on other media
//   tpm2:device=/dev/tpmrm0?nv=0x01500021               a counter in this machine's TPM
//
// The anchor is written after the commit that it records. A crash between the two leaves the anchor
// behind the store, and the store still opens. A copy goes unnoticed only if it is not older than
// the commit that the anchor last recorded; the cadence says how often the anchor is written.
#pragma once

#include <coffer/export.h>
#include <coffer/facet.h>
#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

/// When the anchor is written. Each cadence includes those below it, and Anchor::update.
enum class AnchorCadence : std::uint8_t {
  automatic = 0,  ///< commit for a file; shred for a TPM's counter, as its memory wears.
  commit = 1,     ///< Before a writing call returns. A file is replaced, durably, each time.
  close = 2,      ///< When the store is closed.
  shred = 3,      ///< Before a call returns that destroyed something for good.
};

/// What to do with a store that is older than its anchor, or whose anchor cannot be read.
enum class AnchorDoubt : std::uint8_t {
  refuse,  ///< Fail: rolled_back, or why the anchor cannot be read.
  /// Open the store, record that, and set the anchor to it; corrupt if it is another store's
  /// anchor.
  accept,
  give_up,  ///< Open the store, record that, and remove the anchor.
};

struct AnchorInfo {
  std::string uri;
  AnchorCadence cadence = AnchorCadence::commit;
  std::uint64_t sequence = 0;           ///< The number of the store's newest commit.
  std::string root_hash;                ///< A keyed hash of the store's root, in hexadecimal.
  std::uint64_t anchored_sequence = 0;  ///< If a file: the commit that it records.
  std::int64_t anchored_at_ms = 0;      ///< If a file: when it was written.
  std::uint64_t counter = 0;            ///< If a TPM: the count that the store expects.
  std::uint64_t anchored_counter = 0;   ///< If a TPM: its count.
};

/// The rollback anchor of an open store; Store::anchor() makes it.
class COFFER_API Anchor : public Facet {
 public:
  /// Sets or moves the anchor. Errors: usage (the URI, a place below the store), conflict
  /// (something else is there), key_unavailable, io.
  Result<void> set(std::string_view uri, AnchorCadence cadence = AnchorCadence::automatic);
  /// Removes the anchor; a file that is another store's stays. Errors: not_found (there is none).
  Result<void> remove();
  /// Writes the newest commit to the anchor now. Errors: not_found, key_unavailable, corrupt, io.
  Result<void> update();
  /// What the anchor says; nothing if the store has none. Errors: key_unavailable, corrupt, io.
  Result<std::optional<AnchorInfo>> get();

 private:
  using Facet::Facet;
};

}  // namespace coffer
