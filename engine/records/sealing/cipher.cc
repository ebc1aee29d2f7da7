#include "records/sealing/cipher.h"

#include <array>
#include <cstring>

#include "base/digits.h"
#include "crypto/random.h"

namespace coffer::records {
namespace {

Error damaged() {
  return {ErrorCode::corrupt, "a record fails its check: it was altered or damaged",
          Advice::verify_and_restore};
}

// A DEK that lives for one call: on the stack, wiped at the end.
class ShortLivedKey {
 public:
  ShortLivedKey() = default;
  ~ShortLivedKey() { wipe(bytes_.data(), bytes_.size()); }
  ShortLivedKey(const ShortLivedKey&) = delete;
  ShortLivedKey& operator=(const ShortLivedKey&) = delete;
  MutableByteView mutable_bytes() { return bytes_; }
  crypto::KeyView view() const { return crypto::KeyView(bytes_); }

 private:
  std::array<std::uint8_t, crypto::kKeyBytes> bytes_{};
};

Bytes bucket_context(const format::StoreId& store, std::uint8_t bucket, std::uint64_t made_in_epoch,
                     std::uint64_t epoch) {
  Bytes rest{bucket};
  append_big_endian(rest, made_in_epoch);
  append_big_endian(rest, epoch);
  return format::seal_context(format::Domain::bucket_key, store, rest);
}

Bytes leaves_context(const format::StoreId& store, std::uint8_t bucket,
                     std::uint64_t bucket_made_in_epoch) {
  Bytes rest{bucket};
  append_big_endian(rest, bucket_made_in_epoch);
  return format::seal_context(format::Domain::leaf_keys, store, rest);
}

Bytes seal_with(const crypto::Key& key, ByteView context, ByteView plaintext) {
  Bytes sealed(plaintext.size() + crypto::kWrapOverhead);
  crypto::wrap(key.view(), context, plaintext, sealed);
  return sealed;
}

Result<SecretBytes> open_with(const crypto::Key& key, ByteView context, ByteView sealed) {
  if (sealed.size() < crypto::kWrapOverhead) return damaged();
  SecretBytes plaintext(sealed.size() - crypto::kWrapOverhead);
  if (!crypto::unwrap(key.view(), context, sealed, plaintext.bytes())) return damaged();
  return plaintext;
}

crypto::SealAlgorithm algorithm_of(const format::VersionHeader& header) {
  return static_cast<crypto::SealAlgorithm>(header.algorithm);
}

}  // namespace

format::PathHash Cipher::hash(format::Kind kind, std::string_view name) const {
  Bytes message{static_cast<std::uint8_t>(kind)};
  message.insert(message.end(), name.begin(), name.end());
  return crypto::short_hash(path_key(), message);
}

Bytes Cipher::seal_small(format::Domain domain, ByteView place, ByteView plaintext) const {
  return seal_with(keys_.names, format::seal_context(domain, store_, place), plaintext);
}

Result<SecretBytes> Cipher::open_small(format::Domain domain, ByteView place,
                                       ByteView sealed) const {
  return open_with(keys_.names, format::seal_context(domain, store_, place), sealed);
}

Bytes Cipher::seal_root(format::Domain domain, ByteView plaintext) const {
  return seal_with(keys_.root, format::seal_context(domain, store_, {}), plaintext);
}

Result<SecretBytes> Cipher::open_root(format::Domain domain, ByteView sealed) const {
  return open_with(keys_.root, format::seal_context(domain, store_, {}), sealed);
}

Cipher::Sealed Cipher::seal_version(format::ValueContext& context, const format::PathHash& hash,
                                    std::uint64_t version, format::VersionHeader header,
                                    const WrappingKey& wrapper, ByteView value,
                                    std::uint8_t form) const {
  // The form follows the value, so that opening can cut it off without a second copy.
  SecretBytes plaintext(value.size() + 1);
  if (!value.empty()) std::memcpy(plaintext.data(), value.data(), value.size());
  plaintext.data()[value.size()] = form;
  ShortLivedKey dek;
  crypto::system_random().fill(dek.mutable_bytes());
  context.set(version, header.algorithm);
  Bytes ciphertext(plaintext.size());
  crypto::seal(algorithm_of(header), dek.view(), context.bytes(), plaintext.bytes(), ciphertext,
               header.value_tag);
  std::array<std::uint8_t, format::kWrappedKeyBytes> wrapped;
  crypto::wrap(wrapper.key,
               format::dek_context(store_, hash, version, wrapper.made_in_epoch, header),
               dek.view(), wrapped);
  Sealed sealed;
  if (ciphertext.size() > format::kCiphertextBytesInline) {
    format::encode_version({header, wrapped, {}, ciphertext.size()}, sealed.record);
    sealed.apart = std::move(ciphertext);
    return sealed;
  }
  sealed.record.reserve(ciphertext.size() + 160);
  format::encode_version({header, wrapped, ciphertext, 0}, sealed.record);
  return sealed;
}

Result<Cipher::Opened> Cipher::open_version(format::ValueContext& context,
                                            const format::PathHash& hash, std::uint64_t version,
                                            const format::VersionRecord& record,
                                            const WrappingKey& wrapper) const {
  ShortLivedKey dek;
  if (record.ciphertext.empty() ||
      !crypto::unwrap(
          wrapper.key,
          format::dek_context(store_, hash, version, wrapper.made_in_epoch, record.header),
          record.wrapped_dek, dek.mutable_bytes()))
    return damaged();
  context.set(version, record.header.algorithm);
  Opened opened;
  opened.value = SecretBytes(record.ciphertext.size());
  if (!crypto::open(algorithm_of(record.header), dek.view(), context.bytes(), record.ciphertext,
                    record.header.value_tag, opened.value.bytes()))
    return damaged();
  opened.form = opened.value.data()[opened.value.size() - 1];
  opened.value.resize(opened.value.size() - 1);
  return opened;
}

Result<Bytes> Cipher::rewrap_version(const format::PathHash& hash, std::uint64_t version,
                                     const format::VersionRecord& record, const WrappingKey& from,
                                     const format::VersionHeader& header,
                                     const WrappingKey& to) const {
  ShortLivedKey dek;
  if (!crypto::unwrap(from.key,
                      format::dek_context(store_, hash, version, from.made_in_epoch, record.header),
                      record.wrapped_dek, dek.mutable_bytes()))
    return damaged();
  std::array<std::uint8_t, format::kWrappedKeyBytes> wrapped;
  crypto::wrap(to.key, format::dek_context(store_, hash, version, to.made_in_epoch, header),
               dek.view(), wrapped);
  Bytes bytes;
  bytes.reserve(record.ciphertext.size() + 160);
  format::encode_version({header, wrapped, record.ciphertext, record.bytes_apart}, bytes);
  return bytes;
}

Bytes Cipher::tombstone(const format::PathHash& hash, std::uint64_t version,
                        const format::VersionHeader& header) const {
  const Bytes seal =
      seal_with(keys_.names, format::dek_context(store_, hash, version, 0, header), ByteView());
  Bytes bytes;
  format::encode_version({header, seal, {}, 0}, bytes);
  return bytes;
}

Result<void> Cipher::check_header(const format::PathHash& hash, std::uint64_t version,
                                  const format::VersionRecord& record,
                                  const WrappingKey& wrapper) const {
  if (record.header.is_destroyed()) {
    auto opened =
        open_with(keys_.names, format::dek_context(store_, hash, version, 0, record.header),
                  record.wrapped_dek);
    if (!opened) return std::move(opened).error();
    return {};
  }
  ShortLivedKey dek;
  if (!crypto::unwrap(
          wrapper.key,
          format::dek_context(store_, hash, version, wrapper.made_in_epoch, record.header),
          record.wrapped_dek, dek.mutable_bytes()))
    return damaged();
  return {};
}

Bytes Cipher::wrap_bucket(std::uint8_t bucket, const BucketKey& key, const crypto::Key& epoch_key,
                          std::uint64_t epoch) const {
  const Bytes wrapped = seal_with(
      epoch_key, bucket_context(store_, bucket, key.made_in_epoch, epoch), key.key.view());
  Bytes record;
  format::encode_bucket({key.made_in_epoch, wrapped}, record);
  return record;
}

Result<BucketKey> Cipher::unwrap_bucket(std::uint8_t bucket, ByteView record,
                                        const crypto::Key& epoch_key, std::uint64_t epoch) const {
  const format::BucketRecord decoded = COFFER_TRY(format::decode_bucket(record));
  BucketKey key;
  key.made_in_epoch = decoded.made_in_epoch;
  if (!crypto::unwrap(epoch_key.view(),
                      bucket_context(store_, bucket, decoded.made_in_epoch, epoch), decoded.wrapped,
                      key.key.mutable_bytes()))
    return damaged();
  return key;
}

Bytes Cipher::seal_leaves(std::uint8_t bucket, const BucketKey& key, const LeafKeys& leaves) const {
  SecretBytes plain(format::kLeafKeysBytes);
  for (std::size_t leaf = 0; leaf < format::kLeafCount; ++leaf) {
    const WrappingKey each = leaves.at(static_cast<std::uint8_t>(leaf));
    format::put_leaf_key(plain.bytes(), leaf, each.made_in_epoch, each.key);
  }
  return seal_with(key.key, leaves_context(store_, bucket, key.made_in_epoch), plain.bytes());
}

Result<LeafKeys> Cipher::open_leaves(std::uint8_t bucket, const BucketKey& key, ByteView sealed,
                                     std::uint64_t epoch) const {
  const SecretBytes plain =
      COFFER_TRY(open_with(key.key, leaves_context(store_, bucket, key.made_in_epoch), sealed));
  COFFER_TRY(format::check_leaf_keys(plain.bytes(), epoch));
  LeafKeys leaves;
  for (std::size_t leaf = 0; leaf < format::kLeafCount; ++leaf)
    leaves.set(static_cast<std::uint8_t>(leaf), format::leaf_made_in_epoch(plain.bytes(), leaf),
               format::leaf_key(plain.bytes(), leaf));
  return leaves;
}

crypto::ShortHash Cipher::digest(std::uint8_t table, ByteView key, ByteView value) const {
  Bytes message{table, static_cast<std::uint8_t>(key.size())};
  message.insert(message.end(), key.begin(), key.end());
  message.insert(message.end(), value.begin(), value.end());
  return crypto::short_hash(ByteView(keys_.digest.view()).first(16), message);
}

crypto::ShortHash Cipher::digest_version(const format::PathHash& hash, std::uint64_t version,
                                         const format::VersionHeader& header) const {
  return crypto::short_hash(ByteView(keys_.digest.view()).first(16),
                            format::dek_context(store_, hash, version, 0, header));
}

std::string Cipher::content_id(ByteView bytes) const {
  return hex(crypto::hash(keys_.digest.view(), bytes));
}

}  // namespace coffer::records
