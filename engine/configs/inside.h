// What stands inside a value that is secret as a whole.
//
// It is data, however much it looks like a sign for a secret; but for what stands for one: a
// mask or a coordinate that a caller was shown where an earlier spec marked a place further in.
// Sealed as data, it would take the place of the secret, which goes in the same call.
#pragma once

#include <coffer/result.h>

#include <functional>

#include "configs/documents.h"
#include "configs/marker.h"
#include "configs/split.h"

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
  /// The stored document has a secret that is no place of its own by the spec of this put: then a
  /// mask stands for it, for all that can be told.
  bool masks_count = false;
};

/// Errors: usage (a sign that stands for a secret of this config or store; subject() = the sign),
/// and those of `store`.
Result<void> refuse_signs_inside(const InsideInput& input, SecretStore& store);

}  // namespace coffer::configs
