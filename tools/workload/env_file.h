// Env files: dotenv files whose values are references, or hold some.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "tools/render/bindings.h"
#include "tools/workload/sources.h"

namespace coffer::tools {

/// What `run` and `env` take where nothing is selected, if it is there.
inline constexpr char kEnvFileHere[] = "coffer.env";

struct EnvFile {
  Bindings variables;
  Bindings sought;  ///< Each secret that a value refers to, by itself: what no output may show.
};

/// A value that is a reference stands for what it names, and so does a reference inside one.
/// Errors: as the reading of a dotenv file, and of a reference; about SOURCE:LINE:COLUMN.
Result<EnvFile> read_env_file(const Sources& stores, const std::string& name);

/// The same of a text that is read already.
Result<EnvFile> read_env_text(const Sources& stores, const SecretBytes& text,
                              const std::string& name);

/// The text of ./coffer.env, and says on standard error that it is taken.
/// Errors: usage (there is none: nothing is selected; it is not one that may be taken unasked, see
/// own_file.h), io, limit.
Result<SecretBytes> take_env_file_here();

/// For who would make something of an env file, and finds nothing in it.
Error no_variable_in_env_file(std::string_view name);

}  // namespace coffer::tools
