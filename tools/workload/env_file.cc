#include "tools/workload/env_file.h"

#include <unistd.h>

#include <optional>

#include "tools/command/fail.h"
#include "tools/command/streams/input.h"
#include "tools/command/streams/own_file.h"
#include "tools/exchange/dotenv/dotenv.h"
#include "tools/render/template_text.h"
#include "tools/workload/selection.h"

namespace coffer::tools {

Result<EnvFile> read_env_file(const Sources& stores, const std::string& name) {
  return read_env_text(stores, COFFER_TRY(read_input(name)), name);
}

Result<EnvFile> read_env_text(const Sources& stores, const SecretBytes& text,
                              const std::string& name) {
  EnvFile file;
  const auto resolve = [&](const std::string& reference) -> Result<SecretBytes> {
    SecretBytes value = COFFER_TRY(resolve_reference(stores, reference));
    COFFER_TRY(file.sought.add(reference, value.text(), reference));
    return value;
  };
  const auto variables = COFFER_TRY(read_dotenv(text.text(), name, DotenvValues::references));
  for (const Variable& variable : variables) {
    const std::string origin = name + "#" + variable.name;
    const std::string_view value = variable.value.text();
    if (value.starts_with("coffer://")) {
      const std::string reference(value);
      const auto resolved = resolve(reference);
      if (!resolved)
        return Error(resolved.error()).about(Subject::Kind::file, origin + ": " + reference);
      COFFER_TRY(file.variables.add(variable.name, resolved->text(), origin));
    } else {
      const SecretBytes expanded = COFFER_TRY(expand(value, origin, resolve));
      COFFER_TRY(file.variables.add(variable.name, expanded.text(), origin));
    }
  }
  return file;
}

Error no_variable_in_env_file(std::string_view name) {
  return Error(ErrorCode::not_found, "has no variables", "write NAME=coffer://PATH#FIELD")
      .about(Subject::Kind::file, name == "-" ? std::string_view("standard input") : name);
}

Result<SecretBytes> take_env_file_here() {
  const std::optional<int> fd = COFFER_TRY(open_unasked(kEnvFileHere));
  if (!fd) {
    return Error(ErrorCode::usage, "no secret is selected, and no ./coffer.env exists",
                 "choose by --only, --prefix or --map, or write references into coffer.env: "
                 "NAME=coffer://PATH#FIELD");
  }
  note("no secret is selected: using ./coffer.env");
  Result<SecretBytes> text = read_descriptor(*fd, kEnvFileHere);
  close(*fd);
  return text;
}

}  // namespace coffer::tools
