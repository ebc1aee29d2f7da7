// Decodes a record of a given kind and encodes it again. The vectors and fuzz targets do so with
// every codec; only canonical bytes decode, so both must be equal.
#pragma once

#include <cstring>
#include <string_view>

#include "format/keyring_records.h"
#include "format/policy_record.h"
#include "format/records.h"

namespace coffer::format::test {

inline Bytes bytes_of(const SecretBytes& secret) {
  return {secret.bytes().begin(), secret.bytes().end()};
}

inline Result<Bytes> recode_version(ByteView bytes) {
  const VersionRecord record = COFFER_TRY(decode_version(bytes));
  Bytes out;
  encode_version(record, out);
  return out;
}

inline Result<Bytes> recode_bucket(ByteView bytes) {
  const BucketRecord record = COFFER_TRY(decode_bucket(bytes));
  Bytes out;
  encode_bucket(record, out);
  return out;
}

/// Not a message: 256 entries of equal size, inside a seal.
inline Result<Bytes> recode_leaf_keys(ByteView bytes) {
  COFFER_TRY(check_leaf_keys(bytes, UINT64_MAX));
  Bytes out(bytes.size());
  for (std::size_t leaf = 0; leaf < kLeafCount; ++leaf)
    put_leaf_key(out, leaf, leaf_made_in_epoch(bytes, leaf), leaf_key(bytes, leaf));
  return out;
}

/// The bytes are a whole place; the checksum is not checked.
inline Result<Bytes> recode_frame(ByteView bytes) {
  const Frame frame = COFFER_TRY(decode_frame(bytes));
  return encode_frame(frame.payload, frame.checksum, bytes.size());
}

/// Errors: the decoder's; usage (an unknown kind of record).
inline Result<Bytes> recode(std::string_view record, ByteView bytes) {
  if (record == "version_record") return recode_version(bytes);
  if (record == "head") return bytes_of(encode_head(COFFER_TRY(decode_head(bytes))));
  if (record == "name") return bytes_of(encode_name(COFFER_TRY(decode_name(bytes))));
  if (record == "reference") return bytes_of(encode_reference(COFFER_TRY(decode_reference(bytes))));
  if (record == "settings") return bytes_of(encode_settings(COFFER_TRY(decode_settings(bytes))));
  if (record == "audit_record")
    return bytes_of(encode_audit_record(COFFER_TRY(decode_audit_record(bytes))));
  if (record == "audit_checkpoint")
    return bytes_of(encode_audit_checkpoint(COFFER_TRY(decode_audit_checkpoint(bytes))));
  if (record == "anchor_setting")
    return bytes_of(encode_anchor_setting(COFFER_TRY(decode_anchor_setting(bytes))));
  if (record == "anchor_mark")
    return bytes_of(encode_anchor_mark(COFFER_TRY(decode_anchor_mark(bytes))));
  if (record == "policy") return bytes_of(encode_policy(COFFER_TRY(decode_policy(bytes))));
  if (record == "root") return bytes_of(encode_root(COFFER_TRY(decode_root(bytes))));
  if (record == "bucket") return recode_bucket(bytes);
  if (record == "leaves") return bytes_of(encode_leaves(COFFER_TRY(decode_leaves(bytes))));
  if (record == "leaf_keys") return recode_leaf_keys(bytes);
  if (record == "frame") return recode_frame(bytes);
  if (record == "keyring_header")
    return encode_keyring_header(COFFER_TRY(decode_keyring_header(bytes)));
  if (record == "epoch") return encode_epoch(COFFER_TRY(decode_epoch(bytes)));
  if (record == "master") return encode_master(COFFER_TRY(decode_master(bytes)));
  return Error(ErrorCode::usage, "there is no such record");
}

}  // namespace coffer::format::test
