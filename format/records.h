// The records of data.mdb: what is in the clear, what is sealed, and the bytes that a seal binds
// (SPEC.md section 6). This file handles no key.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>
#include <coffer/settings.h>
#include <coffer/value.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "format/anchor_record.h"
#include "format/audit_record.h"
#include "format/leaf_keys.h"
#include "format/limits.h"

namespace coffer::format {

using StoreId = std::array<std::uint8_t, kStoreIdBytes>;
using PathHash = std::array<std::uint8_t, kPathHashBytes>;

/// What a 128-bit keyed hash is the hash of. The kind is hashed with the name, so that a config and
/// a secret of the same name have different hashes. Numbers are on disk: never change one.
enum class Kind : std::uint8_t {
  secret = 1,
  config = 2,
  spec = 3,
  folder = 16,         ///< In the names table: a folder's path.
  document_list = 17,  ///< In the names table: all ids of one document kind.
  reference_target = 18,
  reference_user = 19,
};

/// What a seal is for; the first byte of its associated data. Never change a number.
enum class Domain : std::uint8_t {
  dek = 1,
  value = 2,
  head = 3,
  name = 4,
  reference = 5,
  due = 6,
  root = 7,
  settings = 8,
  bucket_key = 9,
  epoch_key = 10,
  root_secret = 11,
  key_slot = 12,
  tombstone = 13,
  audit = 14,
  leaf_keys = 15,
  previous_master = 18,
  outside = 19,  ///< What leaves the store: a receipt, an anchor.
  policy = 20,
};

enum class ValueAlgorithm : std::uint8_t { chacha20_poly1305 = 1, aes_256_gcm = 2 };

// --- keys of the tables ------------------------------------------------------------

inline constexpr std::size_t kHistoryKeyBytes = kPathHashBytes + 8;
using HistoryKey = std::array<std::uint8_t, kHistoryKeyBytes>;
/// Newest version first: the version is complemented, big-endian. Version 0 is the head's.
HistoryKey history_key(const PathHash& hash, std::uint64_t version);
std::uint64_t version_of_history_key(ByteView key);

inline constexpr std::size_t kPairKeyBytes = 2 * kPathHashBytes;
using PairKey = std::array<std::uint8_t, kPairKeyBytes>;
PairKey pair_key(const PathHash& first, const PathHash& second);

inline constexpr std::size_t kDueKeyBytes = 8 + 1 + kPathHashBytes + 8;
using DueKey = std::array<std::uint8_t, kDueKeyBytes>;
DueKey due_key(std::int64_t due_at_ms, std::uint8_t why, const PathHash& hash,
               std::uint64_t version);
struct DueKeyParts {
  std::int64_t due_at_ms;
  std::uint8_t why;
  PathHash hash;
  std::uint64_t version;
};
DueKeyParts parse_due_key(ByteView key);  ///< `key` must be kDueKeyBytes long.

// --- version record ------------------------------------------------------------------

/// The clear part of a version; every field is bound by the wrap of its DEK (or, once the
/// version is gone, by the tombstone's seal).
struct VersionHeader {
  ValueAlgorithm algorithm = ValueAlgorithm::chacha20_poly1305;
  std::int64_t created_at_ms = 0;
  std::int64_t deletion_at_ms = 0;
  std::int64_t expires_at_ms = 0;
  std::int64_t unreachable_at_ms = 0;
  std::uint32_t flags = 0;
  std::array<std::uint8_t, kTagBytes> value_tag{};
  // Only a secret's newest version has these.
  std::uint32_t head_revision = 0;   ///< The revision of the secret's head; 0: it has no head.
  std::uint32_t older_versions = 0;  ///< How many older rows the secret has.

  bool is_destroyed() const;
};
inline constexpr std::uint32_t kFlagDestroyed = 1;
inline constexpr std::uint32_t kFlagReclaimed = 2;   ///< Destroyed because its time was over.
inline constexpr std::uint32_t kFlagManaged = 4;     ///< Put for a config.
inline constexpr std::uint32_t kFlagSuperseded = 8;  ///< There is a newer version.
inline constexpr std::uint32_t kFlagsKnown = 15;
inline bool VersionHeader::is_destroyed() const { return (flags & kFlagDestroyed) != 0; }

struct VersionRecord {
  VersionHeader header;
  ByteView wrapped_dek;  ///< kWrappedKeyBytes; a tombstone's empty seal: kWrapOverhead.
  ByteView ciphertext;
  std::uint64_t bytes_apart = 0;  ///< Size of a ciphertext in the table of values; 0: it is here.

  std::uint64_t sealed_bytes() const { return bytes_apart != 0 ? bytes_apart : ciphertext.size(); }
};
/// The result points into `bytes`. Errors: corrupt, too_new.
Result<VersionRecord> decode_version(ByteView bytes);
/// Decodes into `record`, which must be fresh: the hot path copies nothing twice.
Result<void> decode_version(ByteView bytes, VersionRecord& record);
void encode_version(const VersionRecord& record, Bytes& out);

/// The associated data of a DEK's wrap, and, with bucket_epoch 0, what the digest covers.
inline constexpr std::size_t kDekContextBytes =
    2 + kStoreIdBytes + kPathHashBytes + 8 + 8 + 1 + 4 * 8 + 4 + kTagBytes + 4 + 4;
using DekContext = std::array<std::uint8_t, kDekContextBytes>;
/// The hash covers the kind too: it is computed from kind and path.
DekContext dek_context(const StoreId& store, const PathHash& hash, std::uint64_t version,
                       std::uint64_t bucket_epoch, const VersionHeader& header);

/// The associated data of a value's seal. It ends in kind and path, which are the bytes that the
/// path hash is computed from: so one buffer serves both.
class ValueContext {
 public:
  ValueContext(const StoreId& store, Kind kind, std::string_view path);
  void set(std::uint64_t version, ValueAlgorithm algorithm);
  ByteView bytes() const { return {buffer_.data(), size_}; }
  ByteView hashed() const { return {buffer_.data() + kHead, size_ - kHead}; }

 private:
  static constexpr std::size_t kHead = 2 + kStoreIdBytes + 8 + 1;
  std::array<std::uint8_t, kHead + 1 + kPathBytesMax + 64> buffer_;
  std::size_t size_;
};

// --- sealed records --------------------------------------------------------------------

/// A secret's settings and metadata. A secret has no such record while all of them are defaults.
struct Head {
  std::string path;
  Metadata metadata;
};
SecretBytes encode_head(const Head& head);
Result<Head> decode_head(ByteView bytes);

struct Name {
  bool folder = false;
  std::string component;  ///< Without '/'; a document's whole id.
  std::int64_t created_at_ms = 0;
  std::uint64_t children = 0;       ///< A folder: how many names are in it.
  std::uint32_t head_revision = 0;  ///< A secret without a version: its head's revision; else 0.
};
SecretBytes encode_name(const Name& name);
Result<Name> decode_name(ByteView bytes);

struct ReferenceRecord {
  std::string target;
  std::uint64_t version = 0;
  std::string user_kind;
  std::string user;
  std::string made_by;
  /// The number of a target's references, in the record before them, which has no user.
  std::uint64_t count = 0;
};
SecretBytes encode_reference(const ReferenceRecord& reference);
Result<ReferenceRecord> decode_reference(ByteView bytes);

/// Scopes stand in the order of their prefixes' bytes.
struct Settings : StoreSettings {
  ValueAlgorithm algorithm = ValueAlgorithm::chacha20_poly1305;
  std::uint64_t revision = 0;  ///< 0 as the store was made.
};
SecretBytes encode_settings(const Settings& settings);
Result<Settings> decode_settings(ByteView bytes);

/// Every commit writes the root.
struct Root {
  std::uint64_t sequence = 0;
  std::uint64_t epoch = 0;
  std::uint64_t record_count = 0;
  std::array<std::uint8_t, 16> digest{};
  std::int64_t time_high_ms = 0;
  std::uint64_t secret_count = 0;
  std::uint64_t config_count = 0;
  /// Buckets from which something was removed before they were split, and not yet erased.
  std::array<std::uint8_t, kBucketCount / 8> pending_buckets{};
  std::uint64_t pending_since = 0;  ///< Sequence; 0: nothing pending.
  AuditLink audit_head{};  ///< The last audit record's link; zeros: no record was ever written.
  std::uint64_t audit_last = 0;  ///< Its number.
  AuditCheckpoint audit_base;    ///< The last of the records that retention removed.
  Leaves leaves;
  /// Bucket and leaf keys of earlier epochs are to be replaced; 0: no rotation is under way.
  std::uint64_t rekey_below = 0;
  AnchorSetting anchor;                 ///< Without a URI: the store has none.
  std::uint64_t clock_acceptances = 0;  ///< How often time_high_ms was lowered on purpose.
  std::uint64_t policy_revision = 0;    ///< The policy record's revision; 0: no policy was set.
  std::uint64_t transaction = 0;        ///< LMDB's number for the commit that wrote this root.
  std::uint64_t settings_revision = 0;  ///< The revision of the settings' record; 0: never written.
  // How many names are at the top, where no folder's record can count them.
  std::uint64_t top_names = 0;
  std::uint64_t config_names = 0;
  std::uint64_t spec_names = 0;

  /// How many buckets, or leaves of split buckets, hold something that was removed and not yet
  /// erased.
  std::uint64_t pending_count() const;
};
SecretBytes encode_root(const Root& root);
Result<Root> decode_root(ByteView bytes);

/// A row of the table of buckets: the epoch in which the bucket's key was made, and the wrapped
/// key.
struct BucketRecord {
  std::uint64_t made_in_epoch = 0;
  ByteView wrapped;
};
Result<BucketRecord> decode_bucket(ByteView bytes);
void encode_bucket(const BucketRecord& record, Bytes& out);

/// Associated data of small seals: domain, format, store, then the place that the seal belongs to.
Bytes seal_context(Domain domain, const StoreId& store, ByteView rest);

}  // namespace coffer::format
