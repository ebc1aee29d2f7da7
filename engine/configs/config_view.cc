#include "configs/config_view.h"

#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "configs/config_store.h"
#include "configs/document/mask.h"
#include "configs/transaction_store.h"
#include "format/names.h"
#include "text/json.h"

namespace coffer::configs {
namespace {

using secrets::View;

// The values of the config's secrets that still exist, as JSON texts.
Result<std::vector<SecretBytes>> secret_values(const View& view, const ConfigRecord& record,
                                               const ConfigRights* rights) {
  std::vector<SecretBytes> out;
  std::set<std::string_view> seen;
  for (const StoredPlace& place : record.places) {
    if (place.external || !seen.insert(place.coordinate).second) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (!parsed) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    if (rights != nullptr && rights->may_know && !COFFER_TRY(rights->may_know(parsed->base)))
      continue;
    auto secret = view.get(parsed->base, parsed->version);
    if (!secret.ok()) {
      const ErrorCode code = secret.error().code();
      const bool gone = code == ErrorCode::not_found || code == ErrorCode::deleted ||
                        code == ErrorCode::expired || code == ErrorCode::destroyed;
      if (gone) continue;
      return secret.error();
    }
    out.push_back(COFFER_TRY(payload_of(std::move(secret->value))));
  }
  return out;
}

Result<SecretBytes> reveal_version(const View& view, std::string_view coordinate) {
  const auto parsed = format::parse_coordinate(coordinate);
  if (!parsed) return Error(ErrorCode::usage, "this is not a coordinate of a secret in this store");
  Secret secret = COFFER_TRY(view.get(parsed->base, parsed->version));
  return payload_of(std::move(secret.value));
}

}  // namespace

Result<void> HydratedDocument::take(const View& view, const ConfigRecord& record) {
  // The put parsed and walked this document, so its recorded places are usually enough.
  if (const auto offsets = find_stored_nodes(record)) {
    text_ = COFFER_TRY(hydrate_stored(record, *offsets, [&](std::string_view coordinate) {
      return reveal_version(view, coordinate);
    }));
    return {};
  }
  auto partial = json::Document::parse(record.partial.text());
  if (!partial.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  return take(view, record, std::move(*partial));
}

Result<void> HydratedDocument::take(const View& view, const ConfigRecord& record,
                                    json::Document partial) {
  std::unordered_set<std::string_view> scope;
  scope.reserve(record.places.size());
  for (const StoredPlace& place : record.places) {
    if (place.external) {
      externals_.insert(place.coordinate);
    } else {
      scope.insert(place.coordinate);
    }
  }
  const Reveal reveal = [&](std::string_view coordinate) -> Result<SecretBytes> {
    if (scope.count(coordinate) != 0) return reveal_version(view, coordinate);
    // An absent secret and another config's secret get different errors.
    const auto parsed = format::parse_coordinate(coordinate);
    if (!parsed)
      return Error(ErrorCode::usage, "this is not a coordinate of a secret in this store");
    COFFER_TRY(view.version_info(parsed->base, parsed->version));
    return Error(ErrorCode::usage, "this coordinate does not belong to the config",
                 "hydrate the stored document, or put this one first");
  };
  const auto spec = COFFER_TRY(load_spec(view, record));
  hydration_.emplace(std::move(partial), HydrateOptions{record.compat_airbyte, &externals_});
  return hydration_->declared(*spec, reveal);
}

Result<SecretBytes> HydratedDocument::finish(const ConfigResolver& resolver) && {
  if (text_) return std::move(*text_);
  return std::move(*hydration_).finish(resolver);
}

Reveal reveal_managed(const View& view) {
  return [&view](std::string_view coordinate) -> Result<SecretBytes> {
    const auto parsed = format::parse_coordinate(coordinate);
    if (!parsed)
      return Error(ErrorCode::usage, "this is not a coordinate of a secret in this store");
    Secret secret = COFFER_TRY(view.get_managed(parsed->base, parsed->version));
    return payload_of(std::move(secret.value));
  };
}

Result<MaskedView> render(const View& view, const ConfigRecord& record, ConfigForm form,
                          const ConfigRights* rights) {
  if (form == ConfigForm::partial) return MaskedView{record.partial.clone(), {}};
  const auto spec = COFFER_TRY(load_spec(view, record));
  return masked_view(*spec, record, COFFER_TRY(secret_values(view, record, rights)),
                     form == ConfigForm::coordinates ? MaskStyle::coordinates : MaskStyle::mask);
}

}  // namespace coffer::configs
