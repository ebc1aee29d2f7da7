// What a store is made, opened and swept with.
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

/// Takes the engine's messages: a level ("warn", "info"), a literal text, and what the text is
/// about. The thread that opens or writes calls it; it must not call the Store.
using LogSink =
    std::function<void(std::string_view level, std::string_view text, std::string_view subject)>;

struct CreateOptions {
  std::uint64_t value_bytes_max = std::uint64_t{1} << 20;  ///< Bound of one version's plaintext.
  std::uint32_t max_versions = 0;                          ///< As in StoreSettings; 0: unset.
  ValueCipher cipher = ValueCipher::chacha20_poly1305;
  /// Where epoch keys are kept; erasing one puts what was destroyed beyond recovery. Empty: in the
  /// keyring's file. tpm2:...?nv=INDEX: in two indices of a TPM from that one on, which no copy
  /// of the disk holds. The store then opens on that machine only, and while its TPM answers.
  std::string epoch_home = {};
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the call.
};

struct OpenOptions {
  const Clock* clock = nullptr;  ///< nullptr: the system's. Must outlive the Store.
  LogSink log = {};
  /// For the keys whose URIs the store keeps, when no key is given: where their environment
  /// variables come from, and how a person is asked for a passphrase.
  EnvironmentLookup environment = {};
  PassphrasePrompt prompt = {};
  /// Where the caller knows the store's anchor to be: a store that knows of none is refused too.
  /// Empty: where the store itself says.
  std::string anchor = {};
  AnchorDoubt anchor_doubt = AnchorDoubt::refuse;
  std::uint64_t min_sequence = 0;  ///< A store with fewer commits is refused (rolled_back).
  Actor actor = {};                ///< Whom the audit log names, and whom the policy takes the
                                   ///< caller for; see also Store::as.
  /// Address space, not memory; grows by itself.
  std::uint64_t map_bytes = std::uint64_t{64} << 30;
  /// A snapshot that falls back further, or is older, is given up: it holds back free pages.
  std::uint64_t snapshot_commits_max = 1000;
  std::int64_t snapshot_age_max_ms = std::int64_t{60} * 60 * 1000;
};

struct SweepOptions {
  bool dry_run = false;
  std::int64_t grace_ms = 0;
  std::size_t limit = 0;  ///< Destroy at most so many versions; 0: all that are due.
  /// Works out from every config's document what is reachable, and mends the indexes where they
  /// say otherwise, before anything is destroyed: takes time and reading by what exists.
  bool full = false;
};

}  // namespace coffer
