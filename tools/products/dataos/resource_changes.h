// What a manifest asks for, carried out inside a transaction.
#pragma once

#include <coffer/result.h>
#include <coffer/transaction.h>

#include <string>
#include <string_view>
#include <vector>

#include "tools/products/dataos/manifest.h"
#include "tools/products/dataos/usage_record.h"

namespace coffer::tools {

enum class ApplyMode { apply, create, update };
enum class ResourceOutcome { created, updated, unchanged };

/// `user`: who applies it, and owns what is new. What is the same already is not written.
/// Errors: conflict (create: it is there), not_found (update: it is not; a secret or key that is
/// used is not), usage (kind and value do not fit, the depot rule), and put's; about the document.
Result<ResourceOutcome> apply_resource(Transaction& txn, const Resource& resource, ApplyMode mode,
                                       const std::string& user);

/// A resource as it is named for deletion.
struct ResourceName {
  std::string type, workspace, name;
  std::string version;  ///< Empty: any.
  std::string path() const { return resource_path(type, workspace, name); }
};

/// Who uses the secret at `path`, as one text for an error or a record; empty: nobody.
Result<std::string> users_of(const Transaction& txn, const std::string& path);

/// Destroys its value for good; its metadata and history stay. `forced`: its users lose it.
/// Errors: not_found; in_use, about all the users.
Result<void> remove_resource(Transaction& txn, const ResourceName& name, bool forced);

}  // namespace coffer::tools
