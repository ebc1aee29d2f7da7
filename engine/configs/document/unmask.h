// Undoes what the masked view did to plain values.
//
// The view hides not only declared places but every plain value that equals a secret.
// Whoever sends such a view back means what stands there: it is found again by the
// names that lead to it and, in arrays, by all that is not hidden of an element.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <optional>

#include "configs/document/pairing.h"

namespace coffer::configs {

/// The new document with the stored values in place of the masks at undeclared places; nothing
/// where it has no such mask. `stored` may be null: then any such mask is an error.
/// Recognized by position, none within an array stands for anything.
/// Errors: usage (a mask that stands for no value for sure; subject() = the place), limit.
Result<std::optional<SecretBytes>> without_plain_masks(const WalkedDocument& fresh,
                                                       const WalkedDocument* stored,
                                                       Recognize how = Recognize::by_content);

}  // namespace coffer::configs
