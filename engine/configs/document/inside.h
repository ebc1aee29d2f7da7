// What stands inside a value that is secret as a whole.
//
// It is data, even where it looks like an external name or a coordinate that nothing has. What a
// caller was shown in the place of a secret is none: a mask, and a coordinate of this store or of
// this config. Sealed as data, it would take the place of the secret, which goes in the same call.
#pragma once

#include <coffer/result.h>

#include <functional>

#include "configs/document/marker.h"
#include "configs/document/split.h"
#include "configs/documents.h"

namespace coffer::configs {

/// Visits what is written like a sign below a place, but not at it: masks, external names and
/// objects with a text as "_secret", whatever else these hold.
Result<void> each_sign_inside(
    const json::Document& document, json::NodeId place,
    const std::function<Result<void>(json::NodeId, const Marker&)>& visit);

struct InsideInput {
  const json::Document& document;
  const std::vector<SecretPlace>& places;
  const ConfigRecord* stored = nullptr;
};

/// Errors: usage (a mask, or what names a secret of this config or store; subject() = its place),
/// and those of `store`.
Result<void> refuse_signs_inside(const InsideInput& input, SecretStore& store);

}  // namespace coffer::configs
