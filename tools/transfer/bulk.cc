#include "tools/transfer/bulk.h"

#include <memory>
#include <utility>

#include "tools/command/secret/kind_words.h"
#include "tools/exchange/input_document.h"

namespace coffer::tools {
namespace {

Spot::Take into_ttl(PutOptions& options) {
  return [&options](const Spot& spot) -> Result<void> {
    options.ttl_ms = COFFER_TRY(spot.duration());
    if (options.ttl_ms > 0) return {};
    return spot.refuse({ErrorCode::usage, "must be longer than zero",
                        "leave it out for a version that does not expire"});
  };
}

Result<void> check_expiry(const Spot& spot, const PutOptions& options) {
  if (options.ttl_ms == 0 || options.expires_at_ms == 0) return {};
  return spot.refuse({ErrorCode::usage, "the time of expiry is given twice",
                      "give \"ttl\" or \"expires_time\", not both"});
}

Result<VersionInfo> nothing_new(Result<void> done) {
  if (!done) return std::move(done).error();
  return VersionInfo();
}

Result<void> read_put(const Spot& spot, BulkOperation& operation) {
  PutOptions options;
  ValueMembers value;
  COFFER_TRY(spot.members({
      {"path", into(operation.path, &Spot::string), true},
      value.data(),
      value.value(),
      value.value_base64(),
      {"cas", into(options.cas, &Spot::number)},
      {"ttl", into_ttl(options)},
      {"expires_time", into(options.expires_at_ms, &Spot::time)},
      {"kind", into(options.metadata.kind, &Spot::string)},
      {"description", into(options.metadata.description, &Spot::string)},
      {"owner", into(options.metadata.owner, &Spot::string)},
      {"tags", into(options.metadata.tags, &Spot::strings)},
      {"custom_metadata", into_custom(options.metadata.custom)},
      {"custom", into_custom(options.metadata.custom)},
  }));
  options.metadata.kind = kind_by(options.metadata.kind);
  COFFER_TRY(check_expiry(spot, options));
  if (!value.given()) {
    return spot.refuse(
        {ErrorCode::usage, "has no value", "give one of \"data\", \"value\" and \"value_base64\""});
  }
  // A std::function must be copyable, but a value is not.
  const auto shared = std::make_shared<Value>(*value.take());
  operation.carry_out = [path = operation.path, shared, options](Transaction& txn) {
    return txn.put(path, *shared, options);
  };
  return {};
}

Result<void> read_patch(const Spot& spot, BulkOperation& operation) {
  PutOptions options;
  auto patch = std::make_shared<SecretBytes>();
  COFFER_TRY(spot.members({
      {"path", into(operation.path, &Spot::string), true},
      {"patch",
       [&](const Spot& member) -> Result<void> {
         patch->append(member.raw());
         return {};
       },
       true},
      {"cas", into(options.cas, &Spot::number)},
      {"ttl", into_ttl(options)},
      {"expires_time", into(options.expires_at_ms, &Spot::time)},
  }));
  COFFER_TRY(check_expiry(spot, options));
  operation.carry_out = [path = operation.path, patch, options](Transaction& txn) {
    return txn.patch(path, patch->text(), options);
  };
  return {};
}

Result<void> read_rollback(const Spot& spot, BulkOperation& operation) {
  PutOptions options;
  std::uint64_t to = 0;
  COFFER_TRY(spot.members({{"path", into(operation.path, &Spot::string), true},
                           {"to", into(to, &Spot::number), true},
                           {"cas", into(options.cas, &Spot::number)}}));
  if (to == 0) return spot.refuse({ErrorCode::usage, "version numbers begin at 1"});
  operation.carry_out = [path = operation.path, to, options](Transaction& txn) {
    return txn.rollback(path, to, options);
  };
  return {};
}

using Versions = std::vector<std::uint64_t>;

Result<void> read_delete(const Spot& spot, BulkOperation& operation) {
  Versions versions;
  COFFER_TRY(spot.members({{"path", into(operation.path, &Spot::string), true},
                           {"versions", into(versions, &Spot::numbers)}}));
  operation.carry_out = [path = operation.path, versions](Transaction& txn) {
    return nothing_new(txn.soft_delete(path, versions));
  };
  return {};
}

Result<void> read_undelete(const Spot& spot, BulkOperation& operation) {
  Versions versions;
  COFFER_TRY(spot.members({{"path", into(operation.path, &Spot::string), true},
                           {"versions", into(versions, &Spot::numbers), true}}));
  if (versions.empty()) return spot.refuse({ErrorCode::usage, "names no version"});
  operation.carry_out = [path = operation.path, versions](Transaction& txn) {
    return nothing_new(txn.undelete(path, versions));
  };
  return {};
}

Result<void> read_destroy(const Spot& spot, BulkOperation& operation) {
  Versions versions;
  bool all = false;
  COFFER_TRY(spot.members({{"path", into(operation.path, &Spot::string), true},
                           {"versions", into(versions, &Spot::numbers)},
                           {"all", into(all, &Spot::boolean)}}));
  if (versions.empty() == !all) {
    return spot.refuse({ErrorCode::usage, "must name versions or all, not both",
                        "give \"versions\":[1,2] or \"all\":true"});
  }
  operation.carry_out = [path = operation.path, versions, all](Transaction& txn) {
    return nothing_new(all ? txn.destroy_all(path) : txn.destroy(path, versions));
  };
  return {};
}

Result<void> read_metadata(const Spot& spot, BulkOperation& operation) {
  MetadataChange change;
  COFFER_TRY(take_metadata(spot, change, {{"path", into(operation.path, &Spot::string), true}}));
  change.kind = kind_by(change.kind);
  operation.carry_out = [path = operation.path, change](Transaction& txn) {
    return nothing_new(txn.put_metadata(path, change));
  };
  return {};
}

Result<void> read_metadata_delete(const Spot& spot, BulkOperation& operation) {
  COFFER_TRY(spot.members({{"path", into(operation.path, &Spot::string), true}}));
  operation.carry_out = [path = operation.path](Transaction& txn) {
    return nothing_new(txn.erase(path));
  };
  return {};
}

Result<void> read_relocation(const Spot& spot, BulkOperation& operation,
                             Result<void> (Transaction::*relocate)(std::string_view,
                                                                   std::string_view)) {
  std::string to;
  COFFER_TRY(spot.members({{"from", into(operation.path, &Spot::string), true},
                           {"to", into(to, &Spot::string), true}}));
  operation.carry_out = [from = operation.path, to, relocate](Transaction& txn) {
    return nothing_new((txn.*relocate)(from, to));
  };
  return {};
}

Result<BulkOperation> read_operation(const Spot& entry) {
  BulkOperation operation;
  const auto as = [&operation](auto read) {
    return [&operation, read](const Spot& spot) -> Result<void> {
      if (operation.carry_out) {
        return spot.refuse({ErrorCode::usage, "an entry holds one operation",
                            "give each operation braces of its own"});
      }
      operation.place = spot.place();
      return read(spot, operation);
    };
  };
  COFFER_TRY(entry.members({
      {"put", as(read_put)},
      {"patch", as(read_patch)},
      {"rollback", as(read_rollback)},
      {"delete", as(read_delete)},
      {"undelete", as(read_undelete)},
      {"destroy", as(read_destroy)},
      {"metadata", as(read_metadata)},
      {"metadata_delete", as(read_metadata_delete)},
      {"move", as([](const Spot& s, BulkOperation& o) {
         return read_relocation(s, o, &Transaction::move);
       })},
      {"copy", as([](const Spot& s, BulkOperation& o) {
         return read_relocation(s, o, &Transaction::copy);
       })},
  }));
  if (!operation.carry_out)
    return entry.refuse({ErrorCode::usage, "holds no operation", "for example {\"put\":{...}}"});
  operation.name = operation.place.substr(operation.place.rfind('/') + 1);
  return operation;
}

}  // namespace

Result<std::vector<BulkOperation>> read_bulk(SecretBytes text, std::string_view source) {
  const json::Document document = COFFER_TRY(parse_input(std::move(text), source));
  std::vector<BulkOperation> operations;
  const Spot root = input_reader(document, source);
  COFFER_TRY(root.members({{"operations",
                            [&](const Spot& spot) {
                              return spot.each_element([&](const Spot& entry) -> Result<void> {
                                operations.push_back(COFFER_TRY(read_operation(entry)));
                                return {};
                              });
                            },
                            true}}));
  return operations;
}

}  // namespace coffer::tools
