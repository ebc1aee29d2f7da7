// A provider keeps a key that never leaves it, and wraps and unwraps a few bytes by it: an HSM, a
// TPM, a cloud's key service. The keyring asks it when a store is opened and when its slots
// change, never in between.
//
// The keyring gives it 64 bytes (the master key and the hash of the slot's context) and the
// context itself, which the provider binds as associated data if it can. The caller checks in any
// case that an answer belongs to this store and slot.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "base/bytes.h"
#include "keys/provider_failure.h"

namespace coffer::keys {

/// What a provider's wrap() returns, for the slot to keep.
struct WrappedByProvider {
  Bytes blob;
  std::string key_id;  ///< Which key and version wrapped; shown, and compared with status().
  Bytes annotations;   ///< What the provider needs back with the blob; mostly empty.
};

/// Bound to one key URI. One thread at a time; each call ends within the URI's timeout.
/// Errors of every call: those of provider_failure().
class Provider {
 public:
  virtual ~Provider() = default;
  /// `payload` is 64 bytes.
  virtual Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) = 0;
  virtual Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) = 0;
  /// The id of the key that wrap() would use now. If it differs from a slot's, the key was rotated
  /// and the slot should be wrapped again.
  virtual Result<std::string> status() = 0;
};

}  // namespace coffer::keys
