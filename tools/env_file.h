// Env files: dotenv files whose values are references, or hold some.
#pragma once

#include <coffer/result.h>
#include <coffer/secret_bytes.h>

#include <string>

#include "tools/render/bindings.h"
#include "tools/sources.h"

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

/// A selection that selects nothing. `name`: the env file's.
Error holds_no_variable(const std::string& name);

}  // namespace coffer::tools
