// The place of the epoch keys: the keyring's file, or a TPM.
//
// There are two slots; epoch e uses slot e % 2. The next key is made durable in one slot before the
// other slot is erased. Nothing here looks into a slot. A file system that copies on write, or
// flash, may keep what was erased in the file; a TPM's index keeps no such copies, and no copy of
// the disk contains it.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "keys/keyring/keyring_file.h"

namespace coffer::keys {

class EpochHome {
 public:
  EpochHome() = default;
  virtual ~EpochHome() = default;
  EpochHome(const EpochHome&) = delete;
  EpochHome& operator=(const EpochHome&) = delete;

  /// Errors, for each copy: corrupt (not whole), or the reason why it cannot be reached.
  virtual Copies read(std::uint64_t epoch) const = 0;
  /// Durable when it returns. Power cut: the other slot is unchanged.
  virtual Result<void> write(std::uint64_t epoch, ByteView payload) const = 0;
  /// As write(), but skips a copy that holds this payload already.
  virtual Result<void> make_equal(std::uint64_t epoch, ByteView payload) const = 0;
  /// Overwrites the slot in place with random bytes, durably.
  virtual Result<void> erase(std::uint64_t epoch) const = 0;
  /// Frees the slots of a store whose making failed.
  virtual void give_up() const {}
};

/// The keyring's own slots; `file` must outlive it.
std::unique_ptr<EpochHome> home_in_keyring(const KeyringFile& file);

/// Two NV indices of a TPM: the one that the URI names and the next. Does not reach the TPM yet.
/// Errors: usage (the URI). In a build without TPMs every use fails.
Result<std::unique_ptr<EpochHome>> home_in_tpm(std::string_view uri);
/// As home_in_tpm(), for a new store: makes the indices. Errors: conflict (one is in use), those of
/// TpmNvIndex.
Result<std::unique_ptr<EpochHome>> new_home_in_tpm(std::string_view uri);

/// Whether an error of a slot means only that the slot could not be reached.
bool is_out_of_reach(ErrorCode code);

}  // namespace coffer::keys
