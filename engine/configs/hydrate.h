// Hydrate: values back at their places, to the byte, all or nothing.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <functional>
#include <string_view>

#include "configs/spec.h"

namespace coffer::configs {

/// The JSON text that a coordinate stands for. It decides what is in scope, and refuses the rest.
using Reveal = std::function<Result<SecretBytes>(std::string_view coordinate)>;

struct HydrateOptions {
  /// Airbyte's: every value comes back as a JSON string.
  bool strings = false;
};

/// Only at places that the spec declares; a coordinate anywhere else is refused.
/// Errors: usage (subject() = the place), and those of `reveal`, with the place.
Result<SecretBytes> hydrate_declared(const Spec& spec, const json::Document& partial,
                                     const Reveal& reveal, HydrateOptions options = {});

/// Every {"_secret": c} of the document.
Result<SecretBytes> hydrate_everywhere(const json::Document& partial, const Reveal& reveal,
                                       HydrateOptions options = {});

}  // namespace coffer::configs
