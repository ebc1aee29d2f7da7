#include "keys/keyring/slot.h"

#include <coffer/secret_bytes.h>

#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/digits.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"

namespace coffer::keys {
namespace {

constexpr std::size_t kPayloadBytes = 2 * crypto::kKeyBytes;

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
  if (material.passphrase.empty()) return crypto::Key::copy_of(material.key.view());
  return crypto::stretch_password(material.passphrase.bytes(), slot.salt,
                                  {slot.passes, slot.memory_bytes});
}

// A source need not come from parse(). A slot whose URI cannot be parsed would be useless: it is
// shown, tested and wrapped again by its URI.
Result<void> check_storable(const KeySource& source) {
  const KeySource again = COFFER_TRY(KeySource::parse(source.uri()));
  if (again.scheme() != source.scheme() || again.location() != source.location())
    return Error(ErrorCode::usage, "the key's URI does not name the key");
  return {};
}

Error wrong_key() {
  return {ErrorCode::wrong_key, "this key does not open the store", Advice::give_right_key};
}

Error foreign_slot() {
  return {ErrorCode::corrupt, "the key slot belongs to another store or slot",
          "open the store by another slot"};
}

SecretBytes payload_of(const crypto::Key& master, ByteView context) {
  SecretBytes payload(kPayloadBytes);
  std::memcpy(payload.data(), master.view().data(), crypto::kKeyBytes);
  const crypto::Hash context_hash = crypto::hash({}, context);
  std::memcpy(payload.data() + crypto::kKeyBytes, context_hash.data(), context_hash.size());
  return payload;
}

bool is_bound_to(const SecretBytes& payload, ByteView context) {
  return payload.size() == kPayloadBytes &&
         equal_in_constant_time(payload.bytes().subspan(crypto::kKeyBytes),
                                crypto::hash({}, context));
}

// --- provider slots -----------------------------------------------------------------------------

Result<void> check_fits(const WrappedByProvider& wrapped) {
  if (wrapped.blob.empty())
    return provider_failure(ProviderFailure::in_doubt, "the key provider returned an empty blob");
  if (wrapped.blob.size() > format::kSlotBlobBytesMax ||
      wrapped.annotations.size() > format::kSlotAnnotationBytesMax ||
      wrapped.key_id.size() > format::kSlotUriBytesMax)
    return Error(ErrorCode::limit, "the key provider's blob is too long for a key slot");
  return {};
}

Result<SecretBytes> unwrap_by_provider(Provider& provider, const WrappedByProvider& wrapped,
                                       ByteView context) {
  SecretBytes payload = COFFER_TRY(provider.unwrap(wrapped, context));
  if (!is_bound_to(payload, context)) return foreign_slot();
  return payload;
}

// Unwraps once, so that a provider that fails is noticed now and not when the store is opened.
Result<void> wrap_by_provider(Provider& provider, format::KeySlot& slot, const crypto::Key& master,
                              ByteView context) {
  const SecretBytes payload = payload_of(master, context);
  WrappedByProvider wrapped = COFFER_TRY(provider.wrap(payload, context));
  COFFER_TRY(check_fits(wrapped));
  const SecretBytes again = COFFER_TRY(unwrap_by_provider(provider, wrapped, context));
  if (!equal_in_constant_time(again.bytes(), payload.bytes()))
    return provider_failure(ProviderFailure::in_doubt,
                            "the key provider cannot unwrap what it has wrapped");
  slot.blob = std::move(wrapped.blob);
  slot.key_id = std::move(wrapped.key_id);
  slot.annotations = std::move(wrapped.annotations);
  const crypto::Key key = crypto::derive(master.view(), 3, "cofcommt");
  slot.commitment = crypto::hash(key.view(), context);
  return {};
}

Result<crypto::Key> unwrap_provider_slot(Provider& provider, const format::KeySlot& slot,
                                         ByteView context) {
  const SecretBytes payload =
      COFFER_TRY(unwrap_by_provider(provider, {slot.blob, slot.key_id, slot.annotations}, context));
  crypto::Key master = crypto::Key::copy_of(crypto::KeyView(payload.data(), crypto::kKeyBytes));
  const crypto::Key key = crypto::derive(master.view(), 3, "cofcommt");
  if (!equal_in_constant_time(crypto::hash(key.view(), context), slot.commitment))
    return foreign_slot();
  return master;
}

}  // namespace

Result<SourceMaterial> obtain(const KeySource& source, const Purpose& purpose) {
  SourceMaterial material = COFFER_TRY(kind_of(source.scheme()).obtain(source, purpose));
  material.source = &source;
  return material;
}

Result<PreparedSlot> prepare_slot(const KeySource& source, std::int64_t now_ms) {
  COFFER_TRY(check_storable(source));
  SourceMaterial material = COFFER_TRY(obtain(source, {.is_new = true}));
  PreparedSlot prepared;
  format::KeySlot& slot = prepared.slot;
  slot.scheme = source.scheme();
  slot.uri = source.uri();
  slot.key_id = material.key_id;
  slot.created_at_ms = now_ms;
  if (!material.passphrase.empty()) {
    const crypto::PasswordCost cost = crypto::default_password_cost();
    slot.passes = cost.passes;
    slot.memory_bytes = cost.memory_bytes;
    slot.salt.resize(crypto::kSaltBytes);
    crypto::system_random().fill(slot.salt);
  }
  prepared.provider = std::move(material.provider);
  if (prepared.provider == nullptr) prepared.key = COFFER_TRY(key_for_slot(material, slot));
  return prepared;
}

Result<format::KeySlot> wrap_master(PreparedSlot prepared, const SlotContext& context,
                                    const crypto::Key& master) {
  prepared.slot.number = context.number;
  const SlotOpener opener{std::move(prepared.key), std::move(prepared.provider)};
  return wrap_again(opener, context, std::move(prepared.slot), master);
}

Result<format::KeySlot> wrap_again(const SlotOpener& opener, const SlotContext& context,
                                   format::KeySlot slot, const crypto::Key& master) {
  COFFER_CHECK(slot.number == context.number && slot.number != 0);
  const Bytes bound = context_bytes(context, slot);
  if (opener.provider != nullptr) {
    COFFER_TRY(wrap_by_provider(*opener.provider, slot, master, bound));
    return slot;
  }
  slot.commitment = commitment_of(opener.key, bound);
  const SecretBytes payload = payload_of(master, bound);
  slot.blob.resize(kPayloadBytes + crypto::kWrapOverhead);
  crypto::wrap(wrapping_key(opener.key).view(), bound, payload.bytes(), slot.blob);
  return slot;
}

Result<SlotOpener> opener_for(const SourceMaterial& material, const format::KeySlot& slot) {
  if (material.source->scheme() != slot.scheme) return wrong_key();
  SlotOpener opener;
  opener.provider = material.provider;
  if (opener.provider == nullptr) opener.key = COFFER_TRY(key_for_slot(material, slot));
  return opener;
}

Result<crypto::Key> unwrap_master(const SlotOpener& opener, const SlotContext& context,
                                  const format::KeySlot& slot) {
  const Bytes bound = context_bytes(context, slot);
  if (opener.provider != nullptr) return unwrap_provider_slot(*opener.provider, slot, bound);
  if (!equal_in_constant_time(commitment_of(opener.key, bound), slot.commitment))
    return wrong_key();
  SecretBytes payload(kPayloadBytes);
  if (slot.blob.size() != kPayloadBytes + crypto::kWrapOverhead ||
      !crypto::unwrap(wrapping_key(opener.key).view(), bound, slot.blob, payload.bytes()))
    return Error(ErrorCode::corrupt, "the key slot is damaged", "open the store by another slot");
  if (!is_bound_to(payload, bound)) return foreign_slot();
  return crypto::Key::copy_of(crypto::KeyView(payload.data(), crypto::kKeyBytes));
}

Result<crypto::Key> unwrap_master(const SourceMaterial& material, const SlotContext& context,
                                  const format::KeySlot& slot) {
  return unwrap_master(COFFER_TRY(opener_for(material, slot)), context, slot);
}

}  // namespace coffer::keys
