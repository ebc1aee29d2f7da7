// How the verbs of `coffer resource` name what they are about.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/command/opening/context.h"
#include "tools/command/syntax.h"
#include "tools/products/dataos/manifest_files.h"
#include "tools/products/dataos/resource_changes.h"

namespace coffer::tools {

/// Who applies: the actor that was named, else the user of the system.
std::string applying_user(const Context& context);

/// The options that name resources: by type and name, by identifier, by manifest.
struct ResourceWords {
  std::optional<std::string> type, name, identifier;
  ManifestWords manifests;

  void describe(Syntax& syntax);
  /// Errors: usage (none of the ways, two of them), and read_manifests'.
  Result<std::vector<ResourceName>> named() const;
};

}  // namespace coffer::tools
