// A key slot: one way to the master key.
//
// A slot wraps 64 bytes: the master key, and a hash of the slot's context (store, slot number,
// scheme). The hash protects providers without associated data: a blob that is moved to another
// store or slot opens to the wrong hash. Each slot also holds a commitment to its key, which is
// checked first, because XChaCha20-Poly1305 alone could open one blob under two keys. A provider's
// slot has no key of its own here: it commits to the master key.
#pragma once

#include <coffer/key_source.h>
#include <coffer/result.h>

#include "crypto/key.h"
#include "format/keyring_records.h"
#include "keys/kind.h"

namespace coffer::keys {

struct SlotContext {
  format::StoreId store_id{};
  std::uint32_t number = 0;
};

/// A slot before its number is known: its key was obtained, and stretched if it is a passphrase.
/// Preparing is slow (a person may be asked) and is done without any lock.
struct PreparedSlot {
  format::KeySlot slot;  // without number, commitment and blob
  crypto::Key key;       // of the slot, if it has one
  std::shared_ptr<Provider> provider;
  /// Not 0: a provider has already wrapped the master key of this generation for slot.number,
  /// because a provider may be slow and must not be asked under a lock.
  std::uint64_t wrapped_generation = 0;
};
/// Errors: limit (the URI is too long), usage (a URI that cannot be parsed again, not a 32-byte
/// key), key_unavailable, declined, io.
Result<PreparedSlot> prepare_slot(const KeySource& source, std::int64_t now_ms);

/// Makes the slot that wraps `master`. Unwraps a provider's blob once, as a test.
/// Errors: those of provider_failure(), limit (a provider's blob is too long).
Result<format::KeySlot> wrap_master(PreparedSlot prepared, const SlotContext& context,
                                    const crypto::Key& master);

/// Reads the key, asks for it, or makes it for a new slot.
/// Errors: key_unavailable (file missing, unreadable, not trusted), declined, usage (not a 32-byte
/// key).
Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose = {});

/// Opens one slot by the slot's own key or by its provider, whichever master key the slot wraps.
struct SlotOpener {
  crypto::Key key;
  std::shared_ptr<Provider> provider;

  SlotOpener clone() const { return {crypto::Key::copy_of(key.view()), provider}; }
};
/// Stretches the material if it is a passphrase. Errors: wrong_key (another kind of key), limit.
Result<SlotOpener> opener_for(const SourceMaterial& material, const format::KeySlot& slot);

/// Errors: wrong_key (not this slot's key), corrupt (the key is right, the blob is not), those
/// of provider_failure().
Result<crypto::Key> unwrap_master(const SlotOpener& opener, const SlotContext& context,
                                  const format::KeySlot& slot);
Result<crypto::Key> unwrap_master(const SourceMaterial& material, const SlotContext& context,
                                  const format::KeySlot& slot);

/// The same slot with a new blob, which wraps this master key under the slot's own key or by its
/// provider, which may use a newer key than before. Errors: as wrap_master().
Result<format::KeySlot> wrap_again(const SlotOpener& opener, const SlotContext& context,
                                   format::KeySlot slot, const crypto::Key& master);

}  // namespace coffer::keys
