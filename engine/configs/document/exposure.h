// Secrets that a put would turn into plain text: another spec, by design or by mistake, no longer
// marks their places.
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
  const json::Document& document;          ///< The new one,
  const std::vector<SecretPlace>& places;  ///< and its places by the new spec.
  const std::vector<std::string>& unmark;  ///< Pointers of what may become plain.
};

/// Refuses a value that would stand in plain at a place where the stored config has a secret,
/// unless `unmark` names the place, or what is around it. Elements of a list are one place, for
/// they may move. A value that is left out, or null, becomes nothing.
/// Errors: usage (subject() = the place; a pointer of `unmark` that is none), limit.
Result<void> refuse_exposed(const ExposureInput& input);

}  // namespace coffer::configs
