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

#include <memory>
#include <span>
#include <string>
#include <string_view>

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

/// What the registry knows of a kind of provider.
struct ProviderKind {
  KeySource::Scheme scheme;
  std::string_view prefix;  ///< How its URIs begin.
  KeyKind shown;
  /// Whether the text is a URI of this kind, to the last parameter; asks nobody and loads
  /// nothing. Never repeats a part of the URI that may be a secret. Errors: usage.
  Result<void> (*check)(std::string_view uri);
  /// Whether a URI that stands in a slot may be followed though the caller did not name it.
  /// The slot table is not authenticated until a slot has opened: who can write the file could
  /// otherwise have a library of his loaded, or credentials sent to a host of his.
  bool (*may_follow_unasked)(std::string_view uri);
  /// Asks nobody yet. Errors: usage, key_unavailable (not in this build).
  Result<std::unique_ptr<Provider>> (*connect)(const KeySource& source);
};

std::span<const ProviderKind* const> provider_kinds();
/// nullptr: not a provider's.
const ProviderKind* provider_kind(KeySource::Scheme scheme);
const ProviderKind* provider_kind_of_uri(std::string_view uri);

}  // namespace coffer::keys
