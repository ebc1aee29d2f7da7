// Takes spec and document from the same bytes; the first two bytes give the spec's length. Split,
// mask and hydrate must agree with the walker, whatever it finds.
#include <coffer/configs.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "configs/document/marker.h"
#include "configs/document/mask.h"
#include "configs/document/split.h"
#include "configs/operations/hydrate.h"
#include "configs/spec/spec_walker.h"
#include "tests/unit/configs/map_secret_store.h"

namespace {

using namespace coffer;
using namespace coffer::configs;

std::vector<SecretBytes> strings_of(const MapSecretStore& store) {
  std::vector<SecretBytes> out;
  for (const auto& [coordinate, payload] : store.values) {
    auto value = json::Document::parse(payload);
    COFFER_CHECK(value.ok());
    if (value->type(0) == json::Type::string) out.push_back(SecretBytes::copy_of(value->string(0)));
  }
  return out;
}

bool shows(const json::Document& document, json::NodeId node, std::string_view secret) {
  if (document.type(node) == json::Type::string && document.string(node) == secret) return true;
  for (json::NodeId child = document.first_child(node); child != json::kNoNode;
       child = document.next_sibling(child)) {
    if (shows(document, child, secret)) return true;
  }
  return false;
}

void check_mask(const Spec& spec, const ConfigRecord& record, MapSecretStore& store) {
  const auto secrets = strings_of(store);
  std::vector<SecretBytes> payloads;
  for (const auto& each : store.values) payloads.push_back(SecretBytes::copy_of(each.second));
  auto masked = masked_view(spec, record, payloads);
  COFFER_CHECK(masked.ok());
  auto document = json::Document::parse(masked->text.text());
  COFFER_CHECK(document.ok());
  for (const SecretBytes& secret : secrets) {
    const bool harmless = secret.empty() || secret.text() == kSecretMask ||
                          secret.text().substr(0, kExternalPrefix.size()) == kExternalPrefix;
    COFFER_CHECK(harmless || !shows(*document, 0, secret.text()));
  }
  // Putting back a shown document is refused or changes nothing.
  auto again = split({spec, *document, &record, false}, store);
  if (again.ok()) COFFER_CHECK(again->partial.text() == record.partial.text());
}

void check_pair(const Spec& spec, const json::Document& document) {
  MapSecretStore store;
  auto result = split({spec, document, nullptr, false}, store);
  if (!result.ok()) return;
  ConfigRecord record;
  record.partial = std::move(result->partial);
  record.places = std::move(result->places);
  bool external = false;
  for (const StoredPlace& place : record.places) external = external || place.external;

  auto partial = json::Document::parse(record.partial.text());
  COFFER_CHECK(partial.ok());
  const auto hydrated = hydrate_declared(
      spec, *partial, [&](std::string_view coordinate) { return store.reveal(coordinate); });
  COFFER_CHECK(hydrated.ok() != external);
  if (hydrated.ok()) COFFER_CHECK(hydrated->text() == document.text().text());

  check_mask(spec, record, store);
  auto same = split({spec, document, &record, false}, store);
  COFFER_CHECK(same.ok());
  if (record.places.size() < 100) COFFER_CHECK(same->partial.text() == record.partial.text());
  auto compat = split({spec, document, &record, true, true}, store);
  COFFER_CHECK(compat.ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t spec_bytes = std::size_t{data[0]} << 8 | data[1];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (spec_bytes > rest.size()) return 0;
  auto spec = Spec::compile(rest.substr(0, spec_bytes));
  auto document = json::Document::parse(rest.substr(spec_bytes));
  if (!spec.ok() || !document.ok()) return 0;
  check_pair(*spec, *document);
  return 0;
}
