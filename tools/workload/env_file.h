// Env files: dotenv files whose values are references or contain references.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "tools/render/bindings.h"
#include "tools/workload/sources.h"

namespace coffer::tools {

/// The file that `run` and `env` use if nothing is selected.
inline constexpr char kEnvFileHere[] = "coffer.env";

struct EnvFile {
  Bindings variables;
  Bindings sought;  ///< Each secret that a value refers to; a redactor hides them.
};

/// Reads an env file and replaces each reference by its value. Errors: as the dotenv reader and the
/// reading of a secret; about SOURCE:LINE:COLUMN.
Result<EnvFile> read_env_file(const Sources& stores, const std::string& name);

/// The same for text that is already read.
Result<EnvFile> read_env_text(const Sources& stores, const SecretBytes& text,
                              const std::string& name);

/// Reads ./coffer.env and says so on standard error. Errors: usage (it does not exist, so nothing
/// is selected; or others may change it, see own_file.h), io, limit.
Result<SecretBytes> take_env_file_here();

/// The error for an env file without a variable.
Error no_variable_in_env_file(std::string_view name);

}  // namespace coffer::tools
