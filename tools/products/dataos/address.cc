#include "tools/products/dataos/address.h"

#include <algorithm>

#include "text/ascii.h"
#include "tools/command/secret/target.h"
#include "tools/products/dataos/manifest.h"
#include "tools/products/dataos/usage_record.h"

namespace coffer::tools {
namespace {

constexpr std::string_view kScheme = "dataos://";

Error not_served() {
  return {ErrorCode::not_found, "could not get the secret map for the dataos address",
          "see what the depot uses: coffer resource get -t depot -n NAME -d"};
}

Error malformed() {
  return {ErrorCode::usage, "is not a dataos address",
          "dataos://DEPOT:COLLECTION/DATASET?acl=r, or acl=rw"};
}

}  // namespace

Result<DataosAddress> parse_address(std::string_view text) {
  if (!text.starts_with(kScheme)) return malformed();
  text.remove_prefix(kScheme.size());
  DataosAddress address;
  const std::size_t query = text.find('?');
  if (query != std::string_view::npos) {
    const std::string_view parameter = text.substr(query + 1);
    if (parameter != "acl=r" && parameter != "acl=rw") return malformed();
    address.acl = parameter.substr(4);
    text = text.substr(0, query);
  }
  address.depot = text.substr(0, text.find_first_of(":/"));
  const bool is_name = !address.depot.empty() &&
                       std::all_of(address.depot.begin(), address.depot.end(),
                                   [](char c) { return ascii::is_lower_or_digit(c) || c == '-'; });
  if (!is_name) return malformed();
  return address;
}

Result<std::vector<std::string>> resolve_address(Store& store, const DataosAddress& address) {
  const auto refuse = [&address](Error error) {
    return std::move(error).about(Subject::Kind::uri,
                                  std::string(kScheme) + address.depot + "?acl=" + address.acl);
  };
  const Result<Secret> record = store.get(resource_path(kDepot, {}, address.depot));
  if (!record) return is_gone(record.error()) ? refuse(not_served()) : record.error();
  std::vector<std::string> paths;
  for (const UsedSecret& used : COFFER_TRY(UsageRecord::parse(record->value)).used) {
    if (used.acl != address.acl) continue;
    // By its state alone: nobody reads a value here.
    const Result<History> history = store.history(used.path);
    const bool is_there =
        history && !history->versions.empty() && !history->versions.front().destroyed;
    if (!is_there) return refuse(not_served());
    paths.push_back(used.path);
  }
  if (paths.empty()) return refuse(not_served());
  return paths;
}

}  // namespace coffer::tools
