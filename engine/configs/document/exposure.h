// Refuses a put whose new spec, on purpose or by mistake, no longer marks the place of a stored
// secret, so that the value would be stored in plain.
#pragma once

#include <coffer/result.h>

#include <string>
#include <vector>

#include "configs/documents.h"
#include "configs/spec/spec.h"
#include "configs/spec/spec_walker.h"

namespace coffer::configs {

struct ExposureInput {
  const Spec& stored_spec;
  const ConfigRecord& stored;
  const json::Document& document;          ///< The new document,
  const std::vector<SecretPlace>& places;  ///< and its places under the new spec.
  const std::vector<std::string>& unmark;  ///< Pointers of places that may become plain.
};

/// Refuses a plain value at a place where the stored config has a secret, unless `unmark` names the
/// place or a value around it. All elements of a list count as one place, since they may move.
/// An absent or null value is accepted. Errors: usage (subject() = the place), corrupt, limit.
Result<void> refuse_exposed(const ExposureInput& input);

}  // namespace coffer::configs
