// Restores plain values that the masked view has hidden.
//
// The view hides declared places and also every plain value that equals a secret. In a view that
// comes back, such a mask means the stored plain value. The value is found by the member names that
// lead to it and, in arrays, by the visible content of the element.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>

#include "configs/document/pairing.h"

namespace coffer::configs {

/// Returns the new document with the stored values in place of the masks at undeclared places, or
/// nothing if it has no such mask. If `stored` is null, any such mask is an error. With
/// Recognize::by_position, so is one inside an array.
/// Errors: usage (the value of a mask is not certain; subject() = the place), limit.
Result<std::optional<SecretBytes>> without_plain_masks(const WalkedDocument& fresh,
                                                       const WalkedDocument* stored,
                                                       Recognize how = Recognize::by_content);

}  // namespace coffer::configs
