// Libraries that reach a kind of key, loaded when the first key of that kind is used.
#pragma once

#include <coffer/result.h>

#include <string>

#include "base/shared_library.h"
#include "keys/provider_failure.h"

namespace coffer::keys {

/// Errors: key_unavailable, about `name`.
Result<SharedLibrary> load_key_library(const std::string& name);

}  // namespace coffer::keys
