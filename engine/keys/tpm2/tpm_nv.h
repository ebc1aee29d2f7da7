// A TPM's non-volatile indices, which cannot be rolled back as a disk can.
//
//   tpm2:device=/dev/tpmrm0?nv=0x01500020[&auth-source=file:PATH][&timeout=SECONDS]
//
// A counter only rises, across restarts and even if it is removed and made again: it anchors a
// store against being rolled back. A blob is overwritten in place: it holds an epoch key, of which
// a disk would keep old copies. A real TPM takes tens of milliseconds for a change, and its memory
// wears out: do not change an index at every write of a store.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "keys/tpm2/tpm2_uri.h"

namespace coffer::keys {

/// One index, named by its URI. Each call opens a conversation of its own with the TPM; any thread.
/// Errors of every call: key_unavailable (no TPM, it is silent, not in this build), wrong_key
/// (the auth value), corrupt (an answer that makes no sense).
class TpmNvIndex {
 public:
  static constexpr std::size_t kBlobBytesMax = 512;

  /// Does not reach the TPM yet. Errors: usage.
  static Result<TpmNvIndex> parse(std::string_view uri);

  /// Makes a counter and raises it once, because a TPM reads no counter before; answers its value.
  /// Errors: conflict (the index is in use), as above.
  Result<std::uint64_t> create_counter() const;
  /// Errors: not_found (no such index), conflict (it is not a counter), as above.
  Result<std::uint64_t> read_counter() const;
  /// Raises it by one, durably; answers the new value.
  Result<std::uint64_t> increment() const;

  /// Makes an index of that many bytes, at most kBlobBytesMax, all zeros.
  /// Errors: conflict (the index is in use), limit, as above.
  Result<void> create_blob(std::size_t bytes) const;
  /// Errors: not_found, conflict (it is a counter), as above.
  Result<Bytes> read_blob() const;
  /// `blob` must be as long as the index. The TPM overwrites what was there.
  Result<void> write_blob(ByteView blob) const;

  /// The index with the next number. Errors: usage (this one is the last).
  Result<TpmNvIndex> next() const;

  /// Removes the index from the TPM. Errors: not_found, as above.
  Result<void> remove() const;

  const std::string& uri() const { return text_; }

 private:
  TpmNvIndex(std::string text, Tpm2Uri uri) : text_(std::move(text)), uri_(std::move(uri)) {}
  std::string text_;
  Tpm2Uri uri_;
};

}  // namespace coffer::keys
