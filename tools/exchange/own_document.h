// Reads coffer's own export document one secret, config or reference at a time, so that it may be
// larger than memory. It is read more than once, because its head members apply to all of it.
#pragma once

#include <coffer/result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tools/exchange/forms.h"
#include "tools/exchange/images.h"
#include "tools/exchange/json_pieces.h"

namespace coffer::tools {

inline constexpr std::string_view kFormatName = "coffer-export";
inline constexpr std::uint64_t kFormatVersion = 2;

/// Hands over all bytes of a document, in pieces of any size, from its beginning; can be called
/// again.
using Chunks =
    std::function<Result<void>(const std::function<Result<void>(std::string_view)>& take)>;

struct OwnVisitor {
  std::function<Result<void>(SecretImage)> secret;
  std::function<Result<void>(ConfigImage)> config;
  std::function<Result<void>(RestoredReference)> reference;
};

class OwnDocument {
 public:
  /// Reads the document to its end, because its head members may be anywhere. `names` must outlive
  /// this object. Errors: usage, limit, too_new; those of `chunks`.
  static Result<OwnDocument> open(Chunks chunks, const ImportNames& names);

  bool history() const { return history_; }
  const StoreImage& store() const { return store_; }
  /// In the order of the document. Errors: as open, and those of the visitor.
  Result<void> each(const OwnVisitor& visitor) const;

 private:
  OwnDocument(Chunks chunks, const ImportNames& names)
      : chunks_(std::move(chunks)), names_(names) {}
  using Members = std::set<std::string, std::less<>>;
  Result<Members> cut(const JsonPieces::Take& take) const;
  Result<void> take_head(const JsonPiece& piece);
  Result<void> check_head() const;
  Error refuse(std::string_view pointer, Error error) const;

  Chunks chunks_;
  const ImportNames& names_;
  std::string format_;
  std::uint64_t version_ = 0;
  bool history_ = false;
  StoreImage store_;
};

}  // namespace coffer::tools
