#include "keys/stored_sources.h"

#include <algorithm>

#include "keys/keyring.h"
#include "keys/provider.h"

namespace coffer::keys {
namespace {

// A file is read, bounded, and tried as a key, if it is one to be trusted (NamedBy::store): it
// tells nobody anything. A descriptor's number means nothing in another process.
bool may_follow(const KeySource& source) {
  if (const ProviderKind* kind = provider_kind(source.scheme()))
    return kind->may_follow_unasked(source.uri());
  return source.scheme() == KeySource::Scheme::file || source.location().starts_with("file:");
}

}  // namespace

std::vector<KeySource> stored_sources(const format::KeyringMaster& table, const Opening& opening) {
  std::vector<KeySource> sources;
  bool takes_passphrase = false;
  for (const format::KeySlot& slot : table.slots) {
    const bool is_known = std::any_of(sources.begin(), sources.end(), [&](const KeySource& source) {
      return source.uri() == slot.uri;
    });
    auto source = KeySource::parse(slot.uri, {}, opening.environment);
    if (is_known || !source) continue;
    takes_passphrase = takes_passphrase || (slot.scheme == format::SlotScheme::passphrase &&
                                            source->location().empty());
    if (may_follow(*source)) sources.push_back(std::move(*source));
  }
  if (takes_passphrase && opening.prompt)
    if (auto asked = KeySource::parse("passphrase:", opening.prompt))
      sources.push_back(std::move(*asked));
  return sources;
}

}  // namespace coffer::keys
