// inject --overlay: a secret's fields over the settings of a config, as VDK lays them.
#include <unistd.h>

#include "tools/command/fail.h"
#include "tools/products/vdk/overlay_file.h"
#include "tools/workload/product_hooks.h"
#include "tools/workload/selection.h"

namespace coffer::tools {
namespace {

// The caller learns which settings came from the environment; no value is shown.
Result<SecretBytes> lay(const Sources& stores, std::string_view reference,
                        const std::optional<std::string>& form, SecretBytes text,
                        const std::string& source) {
  const auto file = COFFER_TRY(read_overlay_file(form, std::move(text), source));
  const Secret secret = COFFER_TRY(read_whole(stores, reference));
  const auto values =
      COFFER_TRY(about_secret(overlay(file->settings(), secret.value, environ), secret.path));
  for (const Overlaid& value : values) {
    if (!value.variable.empty()) note("set from the environment: " + value.variable);
    COFFER_TRY(file->set(value));
  }
  return file->text();
}

}  // namespace

constinit const ProductOverlay kProductOverlay{
    .help = "FILE is a config, and this secret's fields go over its settings",
    .form_help = "With --overlay: the config's form; else its name's ending tells",
    .explanation =
        "--overlay sets what the config has already, and nothing else: an environment variable "
        "VDK_NAME or NAME\nbeats the secret's field, the field beats the file. NAME is KEY before "
        "the "
        "first section and in [vdk],\nSECTION_KEY in any other; case, `-`, `.` and `_` make no "
        "difference. A field whose name has a section's in it\n(db_user for [db]) must be a "
        "setting "
        "there; any other that the config does not know is left out. In an INI\nfile `%` is "
        "written "
        "`%%`, as Python's configparser reads it; YAML loses its comments. For "
        "example:\n"
        "  coffer inject --overlay ingestion/my-job -i config.ini -o /run/job/config.ini",
    .lay = lay};

}  // namespace coffer::tools
