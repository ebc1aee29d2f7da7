// The manifests that a command names: files, folders of them, standard input.
#pragma once

#include <coffer/result.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/products/dataos/manifest.h"

namespace coffer::tools {

struct ManifestWords {
  std::vector<std::string> files;  ///< `-` is standard input; of a folder its .yaml and .yml files.
  bool recursive = false;
  bool as_it_is = false;   ///< No variables are filled in.
  bool name_only = false;  ///< Only what the resources are called is read, as it is.
  std::optional<std::string> workspace;
};

/// Every document of every file, in order, none of them twice.
/// Errors: usage, limit, io; about FILE:LINE (document N), where it is one document's.
Result<std::vector<Resource>> read_manifests(const ManifestWords& words);

}  // namespace coffer::tools
