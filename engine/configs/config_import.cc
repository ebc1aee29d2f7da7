#include "configs/config_import.h"

#include <limits>
#include <map>
#include <string>
#include <utility>

#include "configs/marker.h"
#include "configs/place.h"
#include "configs/spec_walker.h"
#include "format/names.h"
#include "format/value_access.h"

namespace coffer::configs {
namespace {

using json::kNoNode;
using json::NodeId;
using secrets::Transaction;

// Numbers go on from an imported one: there must be some left.
constexpr std::uint64_t kImportedVersionMax = std::numeric_limits<std::int64_t>::max();

/// The versions to write, of each base in the order of their numbers.
struct Incoming {
  NodeId payload = kNoNode;
  json::Pointer pointer;
};
using IncomingVersions = std::map<std::pair<std::string, std::uint64_t>, Incoming>;

class Importer {
 public:
  Importer(Transaction& transaction, const PutInput& input, const json::Document& payloads)
      : transaction_(transaction), input_(input), payloads_(payloads) {}

  Result<CoordinateSet> run(const std::optional<LoadedConfig>& stored) {
    CoordinateSet held;
    if (stored) {
      for (const StoredPlace& place : stored->record.places) held.insert(place.coordinate);
    }
    for (const SecretPlace& place : COFFER_TRY(find_secret_places(input_.spec, input_.document))) {
      const Marker marker = marker_at(input_.document, place.node, true);
      if (marker.kind != Marker::Kind::coordinate || held.count(marker.name) != 0) continue;
      auto noted = note(marker.name, place.pointer);
      if (!noted.ok())
        return at_place(std::move(noted).error(), json::print_pointer(place.pointer));
    }
    CoordinateSet written;
    for (const auto& [version, incoming] : incoming_) {
      auto put = write(version.first, version.second, incoming);
      if (!put.ok()) return at_place(std::move(put).error(), json::print_pointer(incoming.pointer));
      written.insert(format::print_coordinate({version.first, version.second}));
    }
    return written;
  }

 private:
  Result<void> note(std::string_view name, const json::Pointer& pointer) {
    const auto parsed = format::parse_coordinate(name);
    if (!parsed) return {};  // Another's: the put will carry it as external.
    if (parsed->version > kImportedVersionMax) {
      return Error(ErrorCode::limit, "the coordinate's number leaves no room for newer ones");
    }
    if (incoming_.count({parsed->base, parsed->version}) != 0) return {};
    if (COFFER_TRY(transaction_.exists(parsed->base))) {
      return Error(ErrorCode::conflict, "a secret of this name is in the store already",
                   "import into another store, or put the config with its values");
    }
    const NodeId payload = payloads_.find(0, name);
    if (payload == kNoNode || payloads_.type(payload) == json::Type::null) {
      return Error(ErrorCode::not_found, "the payloads hold no value for this coordinate",
                   "add the coordinate and its value to the payloads");
    }
    incoming_.emplace(std::pair(parsed->base, parsed->version), Incoming{payload, pointer});
    return {};
  }

  Result<void> write(const std::string& base, std::uint64_t version, const Incoming& incoming) {
    secrets::PutRequest request;
    request.managed = true;
    request.version = version;
    // Whoever demands check-and-set gets it: nobody else writes in this transaction.
    const auto current = transaction_.version_info(base);
    request.cas = current ? current->version : 0;
    if (!current && current.error().code() != ErrorCode::not_found) return current.error();
    const Value value =
        ValueAccess::make(Value::Form::json, SecretBytes::copy_of(payloads_.raw(incoming.payload)));
    COFFER_TRY(transaction_.put(base, value, request));
    return {};
  }

  Transaction& transaction_;
  const PutInput& input_;
  const json::Document& payloads_;
  IncomingVersions incoming_;
};

}  // namespace

Result<ConfigPutReport> import_in(Transaction& transaction, std::string_view id,
                                  const PutInput& input, const json::Document& payloads,
                                  const ConfigPutOptions& options) {
  if (payloads.type(0) != json::Type::object) {
    return Error(ErrorCode::usage, "the payloads must be a JSON object of coordinates and values");
  }
  const auto stored = COFFER_TRY(find_config(transaction, id));
  const CoordinateSet written = COFFER_TRY(Importer(transaction, input, payloads).run(stored));
  PutInput with_written = input;
  with_written.imported = &written;
  ConfigPutOptions compat = options;
  compat.compat_airbyte = true;
  return put_in(transaction, id, with_written, compat);
}

}  // namespace coffer::configs
