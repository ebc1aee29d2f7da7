#include "keys/slot.h"

#include <coffer/secret_bytes.h>

#include <cstring>
#include <utility>

#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "keys/key_file.h"
#include "keys/passphrase.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPayloadBytes = 2 * crypto::kKeyBytes;

format::SlotScheme scheme_of(const KeySource& source) {
  return source.scheme() == KeySource::Scheme::file ? format::SlotScheme::file
                                                    : format::SlotScheme::passphrase;
}

Bytes context_bytes(const SlotContext& context, const format::KeySlot& slot) {
  Bytes rest;
  append_big_endian(rest, context.number);
  rest.push_back(static_cast<std::uint8_t>(slot.scheme));
  append_big_endian(rest, slot.passes);
  append_big_endian(rest, slot.memory_bytes);
  rest.insert(rest.end(), slot.salt.begin(), slot.salt.end());
  return format::seal_context(format::Domain::key_slot, context.store_id, rest);
}

crypto::Hash commitment_of(const crypto::Key& kek, ByteView context) {
  const crypto::Key key = crypto::derive(kek.view(), 1, "cofcommt");
  return crypto::hash(key.view(), context);
}

crypto::Key wrapping_key(const crypto::Key& kek) {
  return crypto::derive(kek.view(), 2, "cofwrap_");
}

Result<crypto::Key> key_for_slot(const SourceMaterial& material, const format::KeySlot& slot) {
  if (slot.scheme == format::SlotScheme::file) return crypto::Key::copy_of(material.key.view());
  return crypto::stretch_password(material.passphrase.bytes(), slot.salt,
                                  {slot.passes, slot.memory_bytes});
}

// A source need not come from parse(), and a slot whose URI nobody can read is worse than
// none: it would be shown, tested and re-wrapped by that URI.
Result<void> check_storable(const KeySource& source) {
  const KeySource again = COFFER_TRY(KeySource::parse(source.uri()));
  if (again.scheme() != source.scheme() || again.location() != source.location())
    return Error{ErrorCode::usage, "the key's URI does not name the key"};
  return {};
}

Error wrong_key() {
  return {ErrorCode::wrong_key, "this key does not open the store",
          "give the key the store was made with, or another slot's: coffer key list"};
}

}  // namespace

Result<SourceMaterial> obtain(const KeySource& source, bool confirm) {
  SourceMaterial material;
  material.source = &source;
  if (source.scheme() == KeySource::Scheme::file) {
    material.key = COFFER_TRY(read_key_file(source.location()));
  } else {
    material.passphrase = COFFER_TRY(read_passphrase(source, confirm));
  }
  return material;
}

Result<PreparedSlot> prepare_slot(const KeySource& source, std::int64_t now_ms) {
  COFFER_TRY(check_storable(source));
  const SourceMaterial material = COFFER_TRY(obtain(source, true));
  PreparedSlot prepared;
  format::KeySlot& slot = prepared.slot;
  slot.scheme = scheme_of(source);
  slot.uri = source.uri();
  slot.created_at_ms = now_ms;
  if (slot.scheme == format::SlotScheme::passphrase) {
    const crypto::PasswordCost cost = crypto::default_password_cost();
    slot.passes = cost.passes;
    slot.memory_bytes = cost.memory_bytes;
    slot.salt.resize(crypto::kSaltBytes);
    crypto::system_random().fill(slot.salt);
  }
  prepared.key = COFFER_TRY(key_for_slot(material, slot));
  return prepared;
}

format::KeySlot wrap_master(PreparedSlot prepared, const SlotContext& context,
                            const crypto::Key& master) {
  format::KeySlot slot = std::move(prepared.slot);
  slot.number = context.number;
  const Bytes bound = context_bytes(context, slot);
  slot.commitment = commitment_of(prepared.key, bound);
  SecretBytes payload(kPayloadBytes);
  std::memcpy(payload.data(), master.view().data(), crypto::kKeyBytes);
  const crypto::Hash context_hash = crypto::hash({}, bound);
  std::memcpy(payload.data() + crypto::kKeyBytes, context_hash.data(), context_hash.size());
  slot.blob.resize(kPayloadBytes + crypto::kWrapOverhead);
  crypto::wrap(wrapping_key(prepared.key).view(), bound, payload.bytes(), slot.blob);
  return slot;
}

Result<crypto::Key> unwrap_master(const SourceMaterial& material, const SlotContext& context,
                                  const format::KeySlot& slot) {
  if (scheme_of(*material.source) != slot.scheme) return wrong_key();
  const crypto::Key kek = COFFER_TRY(key_for_slot(material, slot));
  const Bytes bound = context_bytes(context, slot);
  if (!equal_in_constant_time(commitment_of(kek, bound), slot.commitment)) return wrong_key();
  SecretBytes payload(kPayloadBytes);
  if (slot.blob.size() != kPayloadBytes + crypto::kWrapOverhead ||
      !crypto::unwrap(wrapping_key(kek).view(), bound, slot.blob, payload.bytes()))
    return Error{ErrorCode::corrupt, "the key slot is damaged", "open the store by another slot"};
  const crypto::Hash context_hash = crypto::hash({}, bound);
  if (!equal_in_constant_time(payload.bytes().subspan(crypto::kKeyBytes), context_hash))
    return Error{ErrorCode::corrupt, "the key slot belongs to another store or slot"};
  return crypto::Key::copy_of(crypto::KeyView(payload.data(), crypto::kKeyBytes));
}

}  // namespace coffer::keys
