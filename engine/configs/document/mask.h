// The masked view: a config without its secrets.
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
  coordinates,  ///< The record's own secrets show as their coordinates.
};

/// Masks every declared place, except null and external names, and every other value that equals
/// one of `secrets` (JSON texts). There, null, booleans and empty values are not secrets, and a
/// number equals the string with the same text. An undeclared value that looks like a sign is
/// masked too. Errors: corrupt (the record), limit. An error never yields a partly masked document.
Result<MaskedView> masked_view(const Spec& spec, const ConfigRecord& record,
                               const std::vector<SecretBytes>& secrets,
                               MaskStyle style = MaskStyle::mask);

}  // namespace coffer::configs
