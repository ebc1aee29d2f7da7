// The masked view: a config as it may be shown.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>
#include <vector>

#include "configs/documents.h"
#include "configs/spec/spec.h"

namespace coffer::configs {

struct MaskedView {
  SecretBytes text;
  std::vector<std::string> hidden;  ///< Pointers of plain values that equal a secret.
};

enum class MaskStyle : std::uint8_t {
  mask,         ///< Every secret shows as the mask.
  coordinates,  ///< Secrets that the record holds show as their coordinates.
};

/// Every declared place shows the mask, null and external names excepted; so does every other
/// value that equals one of `secrets` (JSON texts of values; null, booleans and what is empty
/// are no secret there, and a number equals the string that is written like it).
/// What looks like a coordinate where none is declared is masked too.
/// Errors: corrupt (the record), limit. Never a document that is less than masked.
Result<MaskedView> masked_view(const Spec& spec, const ConfigRecord& record,
                               const std::vector<SecretBytes>& secrets,
                               MaskStyle style = MaskStyle::mask);

}  // namespace coffer::configs
