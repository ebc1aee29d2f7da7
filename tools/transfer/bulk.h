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
// Words and units are those of the command line; "custom_metadata" (read also: "custom") replaces
// all of it.
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
  std::string path;   ///< What it is about; of move and copy where it comes from.
  std::string place;  ///< For errors: SOURCE#/operations/N/NAME.
  /// The new version where there is one, else version 0.
  std::function<Result<VersionInfo>(Transaction&)> carry_out;
};

/// Errors: usage, limit; about SOURCE:LINE:COLUMN or the place in the document.
Result<std::vector<BulkOperation>> read_bulk(SecretBytes text, std::string_view source);

}  // namespace coffer::tools
