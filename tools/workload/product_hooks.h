// What products bring to run, env and inject. Each hook is constant data that one folder of
// tools/products/ defines; what stands here and in the verbs knows no product.
#pragma once

#include <coffer/snapshot.h>

#include <optional>
#include <string>
#include <string_view>

#include "tools/workload/selected_values.h"
#include "tools/workload/sources.h"

namespace coffer::tools {

struct WantedAs {
  Use use = Use::variables;
  bool with_files = false;  ///< The workload gets files besides its variables.
};

/// One more way to select secrets, beside --only and its like.
struct ProductSelection {
  const char* option;
  const char* value;
  const char* help;
  /// `run --files` names its folder in this variable too.
  const char* files_variable;
  /// Adds the secrets that `word`, a value of the option, stands for. Errors: as gather.
  Result<void> (*add)(Bindings& bindings, const Snapshot& store, const std::string& word,
                      const WantedAs& wanted);
  /// Whether the product keeps a record of its own at this path: --prefix leaves it out.
  bool (*is_record)(std::string_view path, const Metadata& metadata);
};
extern const ProductSelection kProductSelection;

struct JobBindings {
  Bindings variables;
  Bindings settings;  ///< Settings of the engine that runs the job, such as Spark.
  Bindings sought;    ///< Each secret in them by itself: for redaction.
};

/// --job: a document of a job, whose variables and settings refer to secrets.
struct ProductJob {
  const char* run_help;
  const char* env_help;
  /// Errors: usage (about SOURCE#/json/pointer), as resolve_reference.
  Result<JobBindings> (*read)(const Sources& stores, SecretBytes text, std::string_view source);
  /// The error for a job in which there is nothing to use.
  Error (*no_variable)(std::string_view source);
};
extern const ProductJob kProductJob;

/// inject --overlay: a config whose settings a secret's fields replace.
struct ProductOverlay {
  const char* help;
  const char* form_help;
  const char* explanation;  ///< In the verb's help.
  /// The config with the values in it. `form`: --as, else the name's ending decides.
  Result<SecretBytes> (*lay)(const Sources& stores, std::string_view reference,
                             const std::optional<std::string>& form, SecretBytes text,
                             const std::string& source);
};
extern const ProductOverlay kProductOverlay;

}  // namespace coffer::tools
