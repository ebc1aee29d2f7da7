// dataos://DEPOT[:COLLECTION][/DATASET][?acl=r|rw]: which of a depot's secrets serve an address.
#pragma once

#include <coffer/store.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::tools {

struct DataosAddress {
  std::string depot;
  std::string acl = "r";
};
/// Errors: usage.
Result<DataosAddress> parse_address(std::string_view text);

/// The paths of the depot's secrets of that acl: the -r secret does not serve ?acl=rw, nor the
/// other way round. Errors: not_found (no such depot, it has none of that acl, it is gone).
Result<std::vector<std::string>> resolve_address(Store& store, const DataosAddress& address);

}  // namespace coffer::tools
