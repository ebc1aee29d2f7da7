// The medium of an anchor: a file on other media, or a counter in a TPM. Nothing here understands
// the content of the file.
//
// A file is replaced as a whole: after a power cut the old file or the new one is there. A counter
// only rises. Each call opens the medium again, because it may have been removed and brought back.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "keys/tpm2/tpm_nv.h"

namespace coffer::keys {

class AnchorMedium {
 public:
  static constexpr std::size_t kFileBytesMax = 1024;

  /// Parses file:///ABSOLUTE or tpm2:...?nv=INDEX. Does not reach the medium yet. Errors: usage,
  /// limit.
  static Result<AnchorMedium> parse(std::string_view uri);

  bool is_counter() const { return counter_.has_value(); }
  const std::string& uri() const { return uri_; }
  /// The path of the file; empty for a counter.
  const std::string& path() const { return path_; }

  // A file. Errors: key_unavailable (the file or its medium is missing), io, corrupt (not a regular
  // file, too long).
  Result<Bytes> read() const;
  Result<bool> exists() const;
  /// Durable when it returns.
  Result<void> replace(ByteView content) const;
  /// A missing file is no error.
  Result<void> remove() const;

  // A counter. Errors: as TpmNvIndex; key_unavailable if there is no such index.
  /// Makes the counter if it does not exist, and returns its value.
  Result<std::uint64_t> make_counter() const;
  Result<std::uint64_t> value() const;
  Result<std::uint64_t> raise() const;

 private:
  explicit AnchorMedium(std::string_view uri) : uri_(uri) {}
  std::string uri_;
  std::string path_;
  std::optional<TpmNvIndex> counter_;
};

}  // namespace coffer::keys
