// Seals and opens records: the only file that knows both what a record is bound to and which key
// seals it (SPEC.md sections 5 and 6).
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>
#include <coffer/value.h>

#include <string>
#include <string_view>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "format/records.h"
#include "keys/keyring/keyring.h"
#include "records/sealing/wrapping_keys.h"

namespace coffer::records {

class Cipher {
 public:
  explicit Cipher(const keys::Keyring& keyring)
      : store_(keyring.store_id()), keys_(keyring.index_keys()) {}

  format::PathHash hash(format::Kind kind, std::string_view name) const;
  format::PathHash hash(const format::ValueContext& context) const {
    return crypto::short_hash(path_key(), context.hashed());
  }
  const format::StoreId& store() const { return store_; }

  /// Seals a small record (head, name, reference, due entry) and binds it to its place.
  Bytes seal_small(format::Domain domain, ByteView place, ByteView plaintext) const;
  /// Errors: corrupt.
  Result<SecretBytes> open_small(format::Domain domain, ByteView place, ByteView sealed) const;
  /// As seal_small() and open_small(), under the root's key.
  Bytes seal_root(format::Domain domain, ByteView plaintext) const;
  Result<SecretBytes> open_root(format::Domain domain, ByteView sealed) const;

  /// A complete version record with a fresh DEK. A ciphertext that is too long for the record is in
  /// `apart`. `form` is sealed behind the value.
  struct Sealed {
    Bytes record;
    Bytes apart = {};  ///< For the table of values, or empty.
  };
  Sealed seal_version(format::ValueContext& context, const format::PathHash& hash,
                      std::uint64_t version, format::VersionHeader header,
                      const WrappingKey& wrapper, ByteView value, std::uint8_t form) const;
  struct Opened {
    SecretBytes value;
    std::uint8_t form = 0;
  };
  /// The record's ciphertext must have been fetched. Errors: corrupt.
  Result<Opened> open_version(format::ValueContext& context, const format::PathHash& hash,
                              std::uint64_t version, const format::VersionRecord& record,
                              const WrappingKey& wrapper) const;
  /// The record under another header, wrapping key or both. Does not change the value.
  Result<Bytes> rewrap_version(const format::PathHash& hash, std::uint64_t version,
                               const format::VersionRecord& record, const WrappingKey& from,
                               const format::VersionHeader& header, const WrappingKey& to) const;
  /// The record of a destroyed version: its header, sealed under the names key.
  Bytes tombstone(const format::PathHash& hash, std::uint64_t version,
                  const format::VersionHeader& header) const;
  /// Authenticates a tombstone, or a version's header without its value. Errors: corrupt.
  Result<void> check_header(const format::PathHash& hash, std::uint64_t version,
                            const format::VersionRecord& record, const WrappingKey& wrapper) const;

  Bytes wrap_bucket(std::uint8_t bucket, const BucketKey& key, const crypto::Key& epoch_key,
                    std::uint64_t epoch) const;
  Result<BucketKey> unwrap_bucket(std::uint8_t bucket, ByteView record,
                                  const crypto::Key& epoch_key, std::uint64_t epoch) const;
  /// Seals the leaf keys of a split bucket under the bucket's key.
  Bytes seal_leaves(std::uint8_t bucket, const BucketKey& key, const LeafKeys& leaves) const;
  /// `epoch` is the store's. Errors: corrupt.
  Result<LeafKeys> open_leaves(std::uint8_t bucket, const BucketKey& key, ByteView sealed,
                               std::uint64_t epoch) const;

  /// One record's share of the store's digest. A version's share covers the header and the value's
  /// tag, not the wrap, so that a new bucket key does not change the digest.
  crypto::ShortHash digest(std::uint8_t table, ByteView key, ByteView value) const;
  crypto::ShortHash digest_version(const format::PathHash& hash, std::uint64_t version,
                                   const format::VersionHeader& header) const;

  /// A keyed digest of `bytes` in hexadecimal: identifies them, and reveals nothing of them.
  std::string content_id(ByteView bytes) const;

 private:
  ByteView path_key() const { return ByteView(keys_.path_hash.view()).first(16); }
  format::StoreId store_;
  const keys::IndexKeys& keys_;
};

}  // namespace coffer::records
