// Secrets kept elsewhere, handed over by the caller in a file for the time of one command.
#pragma once

#include <coffer/configs.h>

#include <string_view>

namespace coffer::tools {

/// Answers from a JSON object of names (what stands behind secret_coordinate::) and values.
/// Errors: those of read_input; usage (not a JSON object). The resolver answers not_found.
Result<ConfigResolver> external_secrets(std::string_view file);

}  // namespace coffer::tools
