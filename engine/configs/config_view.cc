#include "configs/config_view.h"

#include <set>
#include <string>
#include <utility>

#include "configs/config_store.h"
#include "configs/mask.h"
#include "configs/transaction_store.h"
#include "format/json.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using secrets::View;

/// The values behind a config's places that are still there, as decoded strings.
Result<std::vector<SecretBytes>> secret_strings(const View& view, const ConfigRecord& record) {
  std::vector<SecretBytes> out;
  for (const StoredPlace& place : record.places) {
    if (place.external) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (!parsed) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    const auto secret = view.get(parsed->base, parsed->version);
    if (!secret.ok()) {
      const ErrorCode code = secret.error().code();
      const bool gone = code == ErrorCode::not_found || code == ErrorCode::deleted ||
                        code == ErrorCode::expired || code == ErrorCode::destroyed;
      if (gone) continue;
      return secret.error();
    }
    const SecretBytes payload = COFFER_TRY(payload_of(secret->value));
    const auto value = COFFER_TRY(json::Document::parse(payload.text()));
    if (value.type(0) == json::Type::string) out.push_back(SecretBytes::copy_of(value.string(0)));
  }
  return out;
}

Result<SecretBytes> reveal_version(const View& view, std::string_view coordinate) {
  const auto parsed = format::parse_coordinate(coordinate);
  if (!parsed) return Error(ErrorCode::usage, "this is no coordinate of a secret in this store");
  const Secret secret = COFFER_TRY(view.get(parsed->base, parsed->version));
  return payload_of(secret.value);
}

}  // namespace

Reveal reveal_in(const View& view, const ConfigRecord& record) {
  std::set<std::string, std::less<>> scope;
  for (const StoredPlace& place : record.places) {
    if (!place.external) scope.insert(place.coordinate);
  }
  return [&view, scope = std::move(scope)](std::string_view coordinate) -> Result<SecretBytes> {
    if (scope.find(coordinate) == scope.end()) {
      return Error(ErrorCode::usage, "this coordinate is not in the config's scope");
    }
    return reveal_version(view, coordinate);
  };
}

Reveal reveal_managed(const View& view) {
  return [&view](std::string_view coordinate) -> Result<SecretBytes> {
    const auto parsed = format::parse_coordinate(coordinate);
    if (!parsed) {
      return Error(ErrorCode::usage, "this is no coordinate of a secret in this store");
    }
    const Metadata metadata = COFFER_TRY(view.metadata(parsed->base));
    if (!metadata.managed) {
      return Error(ErrorCode::usage, "this coordinate names no secret that configs manage");
    }
    return reveal_version(view, coordinate);
  };
}

Result<SecretBytes> render(const View& view, const ConfigRecord& record, ConfigForm form) {
  if (form == ConfigForm::partial) return record.partial.clone();
  const auto spec = COFFER_TRY(load_spec(view, record));
  if (form == ConfigForm::masked) {
    return masked_view(*spec, record, COFFER_TRY(secret_strings(view, record)));
  }
  const auto document = json::Document::parse(record.partial.text());
  if (!document.ok()) return Error(ErrorCode::corrupt, "the stored config is damaged");
  return hydrate_declared(*spec, *document, reveal_in(view, record), {record.compat_airbyte});
}

}  // namespace coffer::configs
