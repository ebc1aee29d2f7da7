#include "configs/operations/config_restore.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "configs/config_store.h"
#include "configs/document/marker.h"
#include "configs/document/place.h"
#include "configs/operations/config_put.h"
#include "configs/operations/release.h"
#include "configs/spec/spec_walker.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using secrets::DocumentKind;
using secrets::Transaction;

// Later revisions count on from a restored number, so this leaves room for them.
constexpr std::uint64_t kRevisionMax = std::numeric_limits<std::int64_t>::max();

// A restored document may name only existing secrets that were created for a config and belong to
// no other one.
Result<void> check_secret(const Transaction& transaction, const RestoredConfig& config,
                          const format::Coordinate& coordinate) {
  COFFER_TRY(transaction.version_info(coordinate.base, coordinate.version));
  if (!COFFER_TRY(transaction.is_managed(coordinate.base)))
    return Error(ErrorCode::usage, "this coordinate names a secret that no config created");
  const auto references = COFFER_TRY(transaction.references_to(coordinate.base));
  const bool others = std::any_of(references.begin(), references.end(), [&](const auto& each) {
    return each.user_kind == "config" && each.user != config.id;
  });
  if (others) return Error(ErrorCode::usage, "this coordinate belongs to another config");
  return {};
}

Result<CoordinateSet> coordinates_of(const Transaction& transaction, const RestoredConfig& config,
                                     const Spec& spec, const json::Document& partial) {
  CoordinateSet found;
  for (const SecretPlace& place : COFFER_TRY(find_secret_places(spec, partial))) {
    const Marker marker = marker_at(partial, place.node, true);
    if (marker.kind == Marker::Kind::none) {
      return at_place(Error(ErrorCode::usage,
                            "a plain value is given where a stored document has a coordinate"),
                      json::print_pointer(place.pointer));
    }
    if (marker.kind != Marker::Kind::coordinate) continue;
    const auto coordinate = format::parse_coordinate(marker.name);
    if (!coordinate) continue;  // Another store's name: treated as external.
    auto checked = check_secret(transaction, config, *coordinate);
    if (!checked) return at_place(std::move(checked).error(), json::print_pointer(place.pointer));
    found.emplace(marker.name);
  }
  return found;
}

}  // namespace

Result<RestoredConfig> config_to_carry(const secrets::View& view, std::string_view id) {
  LoadedConfig loaded = COFFER_TRY(load_config(view, id));
  auto spec = COFFER_TRY(view.find_document(DocumentKind::spec, loaded.record.spec_id));
  if (!spec) return Error(ErrorCode::corrupt, "a config's spec is missing");
  RestoredConfig config;
  config.id = id;
  config.revision = loaded.revision;
  config.workspace = loaded.record.workspace;
  config.spec = std::move(spec->body);
  config.partial = std::move(loaded.record.partial);
  config.compat_airbyte = loaded.record.compat_airbyte;
  config.outside = loaded.record.outside;
  config.last_stage = loaded.record.last_stage;
  std::set<std::string> paths;
  for (const StoredPlace& place : loaded.record.places) {
    if (place.external) continue;
    const auto coordinate = format::parse_coordinate(place.coordinate);
    if (!coordinate) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    paths.insert(coordinate->base);
  }
  config.secrets.assign(paths.begin(), paths.end());
  return config;
}

Result<void> restore_in(Transaction& transaction, const RestoredConfig& config, const Spec& spec,
                        const json::Document& partial) {
  if (COFFER_TRY(find_config(transaction, config.id))) {
    return Error(ErrorCode::conflict, "a config of this id already exists; nothing was changed",
                 Advice::delete_config_first)
        .about(Subject::Kind::name, config.id);
  }
  if (config.revision == 0 || config.revision > kRevisionMax)
    return Error(ErrorCode::usage, "the config's revision number is out of range")
        .with_number(config.revision);
  if (!config.last_stage.empty() && !format::is_uuid(config.last_stage))
    return Error(ErrorCode::usage, "the last stage's name is not a UUID");
  const CoordinateSet held = COFFER_TRY(coordinates_of(transaction, config, spec, partial));
  ConfigPutOptions options;
  options.workspace = config.workspace;
  options.compat_airbyte = config.compat_airbyte;
  PutInput input{config.spec.text(), spec, partial};
  input.imported = &held;
  PreparedPut prepared = COFFER_TRY(prepare_put(transaction, config.id, input, options, 0));
  if (prepared.record.partial.text() != config.partial.text()) {
    return Error(ErrorCode::usage, "a put under the given spec would not give this document",
                 "import it as it was exported, or put the config with its values")
        .about(Subject::Kind::name, config.id);
  }
  prepared.record.outside = config.outside;
  prepared.record.last_stage = config.last_stage;
  prepared.first_revision = config.revision;
  COFFER_TRY(install(transaction, config.id, std::move(prepared), config.spec.text(), 0));
  return {};
}

}  // namespace coffer::configs
