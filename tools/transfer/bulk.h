// A document of operations for one transaction:
//
//   {"operations":[
//     {"put":{"path","data"|"value"|"value_base64","cas","ttl"|"expires_time","kind",
//             "description","owner","tags","custom_metadata"}},
//     {"patch":{"path","patch","cas","ttl"|"expires_time"}},
//     {"rollback":{"path","to","cas"}},
//     {"delete":{"path","versions"}}, {"undelete":{"path","versions"}},
//     {"destroy":{"path","versions"|"all"}},
//     {"metadata":{"path","max_versions","cas_required","delete_version_after","kind",
//                  "description","owner","tags","custom_metadata"}},
//     {"metadata_delete":{"path"}},
//     {"move":{"from","to"}}, {"copy":{"from","to"}}]}
//
// Words and units are those of the command line. "custom_metadata" (also accepted: "custom")
// replaces all custom metadata.
#pragma once

#include <coffer/result.h>
#include <coffer/transaction.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

struct BulkOperation {
  std::string name;   ///< "put", ...
  std::string path;   ///< The secret it acts on; the source for move and copy.
  std::string place;  ///< For errors: SOURCE#/operations/N/NAME.
  /// Returns the new version, or version 0 if the operation writes none.
  std::function<Result<VersionInfo>(Transaction&)> carry_out;
};

/// Errors: usage, limit; about SOURCE:LINE:COLUMN or the place in the document.
Result<std::vector<BulkOperation>> read_bulk(SecretBytes text, std::string_view source);

}  // namespace coffer::tools
