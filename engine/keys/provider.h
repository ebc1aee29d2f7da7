// A provider keeps a key that never leaves it, and wraps and unwraps a few bytes for us: an
// HSM, a TPM, a cloud's key service. It is asked when a store is opened and when its slots
// change, never in between.
//
// What it is given are 64 bytes, the master key and the hash of the slot's context, and the
// context itself, to be bound as associated data where the provider knows such a thing.
// Whether the answer belongs to this store and slot is checked by the caller all the same.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "base/bytes.h"
#include "keys/provider_failure.h"

namespace coffer::keys {

/// What a slot keeps of a provider's work.
struct WrappedByProvider {
  Bytes blob;
  std::string key_id;  ///< Which of its keys, in which version; shown, and compared with status().
  Bytes annotations;   ///< What it wants back with the blob; empty for most.
};

/// Bound to one key URI. One thread at a time; each call ends within the URI's timeout.
/// Errors of every call: those of provider_failure().
class Provider {
 public:
  virtual ~Provider() = default;
  /// `payload` is 64 bytes.
  virtual Result<WrappedByProvider> wrap(const SecretBytes& payload, ByteView context) = 0;
  virtual Result<SecretBytes> unwrap(const WrappedByProvider& wrapped, ByteView context) = 0;
  /// The id of the key that wrap() would use now: another than a slot's means that the key was
  /// rotated, and the slot is worth wrapping anew.
  virtual Result<std::string> status() = 0;
};

}  // namespace coffer::keys
