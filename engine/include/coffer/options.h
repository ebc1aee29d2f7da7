// The options for making, opening and sweeping a store.
#pragma once

#include <coffer/actor.h>
#include <coffer/anchor.h>
#include <coffer/clock.h>
#include <coffer/key_source.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace coffer {

enum class ValueCipher : std::uint8_t {
  chacha20_poly1305 = 1,
  aes_256_gcm = 2,  ///< Needs AES instructions on every machine that opens the store.
};

/// Receives the engine's messages: a level ("warn", "info"), a literal text, and what the text is
/// about. The thread that opens or writes calls the sink; the sink must not call the Store.
using LogSink =
    std::function<void(std::string_view level, std::string_view text, std::string_view subject)>;

struct CreateOptions {
  std::uint64_t value_bytes_max = std::uint64_t{1} << 20;  ///< The largest value, in plaintext.
  std::uint32_t max_versions = 0;                          ///< As in StoreSettings; 0: unset.
  ValueCipher cipher = ValueCipher::chacha20_poly1305;
  /// Where epoch keys are kept; erasing one puts destroyed values beyond recovery. Empty: in the
  /// keyring's file. tpm2:...?nv=INDEX: in two indices of a TPM, INDEX and the next, which no copy
  /// of the disk holds. The store then opens only on that machine, and only while its TPM answers.
  std::string epoch_home = {};
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the call.
};

struct OpenOptions {
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the Store.
  LogSink log = {};
  /// For the key URIs that the store itself keeps, if the caller gives no key: they look up
  /// environment variables and ask a person for a passphrase by these.
  EnvironmentLookup environment = {};
  PassphrasePrompt prompt = {};
  /// The URI of the anchor that the caller expects: a store that knows of no anchor is refused too.
  /// Empty: the anchor that the store itself names.
  std::string anchor = {};
  AnchorDoubt anchor_doubt = AnchorDoubt::refuse;
  std::uint64_t min_sequence = 0;  ///< A store with fewer commits is refused (rolled_back).
  Actor actor = {};                ///< The caller, for audit log and policy; see also Store::as.
  /// Address space, not memory; grows by itself.
  std::uint64_t map_bytes = std::uint64_t{64} << 30;
  /// A snapshot that is further behind, or older, is given up, because it holds back free pages.
  std::uint64_t snapshot_commits_max = 1000;
  std::int64_t snapshot_age_max_ms = std::int64_t{60} * 60 * 1000;
};

struct SweepOptions {
  bool dry_run = false;
  std::int64_t grace_ms = 0;
  std::size_t limit = 0;  ///< Destroy at most this many versions; 0: all that are due.
  /// First works out from every config's document what is reachable, and mends indexes that say
  /// otherwise, before anything is destroyed. It reads every config.
  bool full = false;
};

}  // namespace coffer
