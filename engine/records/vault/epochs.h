// The epochs of one open store: their keys, and the end of those that a shredding leaves behind.
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

/// Thread-safe. Everything that it is made with outlives it.
class Epochs {
 public:
  Epochs(storage::Environment& environment, keys::Keyring& keyring, const Cipher& cipher,
         SessionPool& sessions)
      : environment_(environment), keyring_(keyring), cipher_(cipher), sessions_(sessions) {}
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  /// The keys of one epoch; of the newest the same ones for all. Errors: those of missing(), busy
  /// (the keyring is behind), io.
  Result<std::shared_ptr<EpochKeys>> keys_of(std::uint64_t epoch);
  /// Why data.mdb names an epoch that the keyring does not hold. One of the two is older: corrupt,
  /// rolled_back; failed (a file was replaced).
  Error missing(std::uint64_t epoch);
  /// After a commit that began `epoch`: erases the keys of every other epoch. Takes the write
  /// lock. Power cut: recovery at the next open does it. Errors: io.
  Result<void> finish_erasing(std::uint64_t epoch);
  /// The same for the epoch that the root names. Errors: those of missing() besides.
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
