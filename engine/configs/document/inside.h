// Signs inside a value that is secret as a whole.
//
// The content of such a value is data, even if a part of it looks like an external name or an
// unknown coordinate. But a mask, or a coordinate of this store or config, is what callers are
// shown instead of a secret. Sealed as data it would replace the secret, which the same call would
// destroy. So it is refused.
#pragma once

#include <coffer/result.h>

#include <functional>

#include "configs/document/marker.h"
#include "configs/document/split.h"
#include "configs/documents.h"

namespace coffer::configs {

/// Visits everything below a place, but not at it, that looks like a sign: masks, external names,
/// and objects whose "_secret" is a string, whatever else they hold.
Result<void> each_sign_inside(
    const json::Document& document, json::NodeId place,
    const std::function<Result<void>(json::NodeId, const Marker&)>& visit);

struct InsideInput {
  const json::Document& document;
  const std::vector<SecretPlace>& places;
  const ConfigRecord* stored = nullptr;
};

/// Errors: usage (a mask, or the coordinate of a secret of this config or store; subject() = its
/// place), and those of `store`.
Result<void> refuse_signs_inside(const InsideInput& input, SecretStore& store);

}  // namespace coffer::configs
