// The resources that a store holds, without their values.
#pragma once

#include <coffer/store.h>

#include <optional>
#include <string>
#include <vector>

#include "tools/products/dataos/resource_changes.h"
#include "tools/products/dataos/usage_record.h"

namespace coffer::tools {

struct ListedResource {
  ResourceName name;
  std::string status;  ///< "active", "error" or "deleted"
  Metadata metadata;
  VersionInfo newest;
};

/// In the order of their paths. In error is a secret whose time is over, and what uses a secret
/// that is no longer there, or that does not know of it.
Result<std::vector<ListedResource>> list_resources(Store& store);

struct ResourceDetails {
  std::vector<std::string> keys;   ///< Empty unless it is a secret.
  std::vector<std::string> users;  ///< Users of a secret; marked if they use an older version.
  std::vector<std::string> used;  ///< What another resource uses; marked if a newer version exists.
};
Result<ResourceDetails> details_of(Store& store, const ListedResource& resource);

}  // namespace coffer::tools
