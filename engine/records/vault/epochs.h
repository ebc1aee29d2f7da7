// The epochs of one open store: gives out their keys, and erases the old ones after a shredding.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <memory>
#include <mutex>

#include "records/sealing/cipher.h"
#include "records/sealing/epoch_keys.h"
#include "records/vault/session.h"
#include "storage/environment.h"

namespace coffer::keys {
class Keyring;
}

namespace coffer::records {

/// Thread-safe. The arguments of the constructor must outlive it.
class Epochs {
 public:
  Epochs(storage::Environment& environment, keys::Keyring& keyring, const Cipher& cipher,
         SessionPool& sessions)
      : environment_(environment), keyring_(keyring), cipher_(cipher), sessions_(sessions) {}
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  /// The keys of one epoch; all callers share those of the newest epoch. Errors: those of
  /// missing(), busy (the keyring is behind), io.
  Result<std::shared_ptr<EpochKeys>> keys_of(std::uint64_t epoch);
  /// The error if data.mdb names an epoch that the keyring does not hold: corrupt, rolled_back (one
  /// of the two files is older), failed (a file was replaced).
  Error missing(std::uint64_t epoch);
  /// Call after the commit that began `epoch`: erases the keys of every other epoch. Takes the
  /// write lock. Power cut: the next open erases them. Errors: io.
  Result<void> finish_erasing(std::uint64_t epoch);
  /// As finish_erasing(), for the epoch that the root names. Errors: io, those of missing().
  Result<void> finish_shredding();

 private:
  storage::Environment& environment_;
  keys::Keyring& keyring_;
  const Cipher& cipher_;
  SessionPool& sessions_;
  std::mutex mutex_;
  std::shared_ptr<EpochKeys> newest_;  // Under mutex_.
};

}  // namespace coffer::records
