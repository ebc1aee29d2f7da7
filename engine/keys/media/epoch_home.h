// Where epoch keys are kept: in the keyring's file, or where a disk cannot remember them.
//
// Whatever keeps them holds two slots, of which epoch e has slot e mod 2: the next epoch's key is
// durable in the one before the other, the former epoch's, is erased. What is in a slot is not
// looked at here. A file system that copies on write, or flash, may keep what was erased in the
// file; a TPM's index has no such copies, and is beyond a copy of the disk.
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

  /// Errors, for each copy: corrupt (there is none whole), or why it is out of reach.
  virtual Copies read(std::uint64_t epoch) const = 0;
  /// Durable when it returns. Power cut: the other slot stands as it was.
  virtual Result<void> write(std::uint64_t epoch, ByteView payload) const = 0;
  /// The same, but for a copy that holds this payload already.
  virtual Result<void> make_equal(std::uint64_t epoch, ByteView payload) const = 0;
  /// Overwrites the slot in place with random bytes, durably.
  virtual Result<void> erase(std::uint64_t epoch) const = 0;
  /// Of a store that comes to nothing: makes room for another.
  virtual void give_up() const {}
};

/// The keyring's own slots; `file` must outlive it.
std::unique_ptr<EpochHome> home_in_keyring(const KeyringFile& file);

/// Two NV indices of a TPM, the one that the URI names and the next. Asks nobody yet.
/// Errors: usage (the URI); a build without TPMs tells so when it is used.
Result<std::unique_ptr<EpochHome>> home_in_tpm(std::string_view uri);
/// The same for a new store: makes the indices. Errors: conflict (one is taken), and its own.
Result<std::unique_ptr<EpochHome>> new_home_in_tpm(std::string_view uri);

/// Whether an error of a slot says nothing of what is in it.
bool is_out_of_reach(ErrorCode code);

}  // namespace coffer::keys
