// A job as IOMETE writes it: what its environment and its Spark settings are to be, with
// references to secrets in the text (${secrets.KEY}) or in their place ({key, secretObject}).
//
// Read are envVars, envSecrets, sparkConf and sparkConfSecrets; the rest of a job is not ours.
#pragma once

#include "tools/render/bindings.h"
#include "tools/workload/sources.h"

namespace coffer::tools {

struct JobBindings {
  Bindings variables;
  Bindings spark;
  Bindings sought;  ///< The secrets in them, each for itself: for redaction.
};

/// Errors: usage (about SOURCE#/json/pointer), as resolve_reference.
Result<JobBindings> read_job(const Sources& stores, SecretBytes text, std::string_view source);

/// For who would make something of a job, and finds nothing in it.
Error no_variable_in_job(std::string_view source);

}  // namespace coffer::tools
