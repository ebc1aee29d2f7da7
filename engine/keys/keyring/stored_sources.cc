#include "keys/keyring/stored_sources.h"

#include <algorithm>
#include <utility>

#include "keys/keyring/keyring.h"
#include "keys/kind.h"

namespace coffer::keys {
namespace {

bool has_slot_of(const format::KeyringMaster& table, format::SlotScheme scheme) {
  return std::any_of(table.slots.begin(), table.slots.end(),
                     [scheme](const format::KeySlot& slot) { return slot.scheme == scheme; });
}

bool was_tried(std::span<const KeySource> tried, KeySource::Scheme scheme) {
  return std::any_of(tried.begin(), tried.end(),
                     [scheme](const KeySource& source) { return source.scheme() == scheme; });
}

}  // namespace

StoredSources stored_sources(const format::KeyringMaster& table, const Opening& opening) {
  StoredSources stored;
  std::vector<KeySource>& sources = stored.followed;
  bool takes_passphrase = false;
  for (const format::KeySlot& slot : table.slots) {
    const bool is_known = std::any_of(sources.begin(), sources.end(), [&](const KeySource& source) {
      return source.uri() == slot.uri;
    });
    auto source = KeySource::parse(slot.uri, {}, opening.environment);
    if (is_known || !source) continue;
    const bool asks_a_person = !source->asks_for().empty();
    takes_passphrase =
        takes_passphrase || (slot.scheme == format::SlotScheme::passphrase && asks_a_person);
    if (kind_of(source->scheme()).may_follow_unasked(*source)) {
      sources.push_back(std::move(*source));
    } else if (stored.not_followed.empty() && !asks_a_person) {
      stored.not_followed = slot.uri;
    }
  }
  if (takes_passphrase && opening.prompt)
    if (auto asked = KeySource::parse("passphrase:", opening.prompt))
      sources.push_back(std::move(*asked));
  return stored;
}

Error with_other_ways(Error error, const format::KeyringMaster& table,
                      std::span<const KeySource> tried, bool has_not_followed) {
  const ErrorCode code = error.code();
  if (code != ErrorCode::wrong_key && code != ErrorCode::key_unavailable &&
      code != ErrorCode::usage)
    return error;
  const bool has_recovery = has_slot_of(table, format::SlotScheme::recovery) &&
                            !was_tried(tried, KeySource::Scheme::recovery);
  const bool has_shares = has_slot_of(table, format::SlotScheme::shamir) &&
                          !was_tried(tried, KeySource::Scheme::shamir);
  if (has_recovery && has_shares)
    return std::move(error).with_advice(Advice::offer_recovery_or_shares);
  if (has_recovery) return std::move(error).with_advice(Advice::offer_recovery);
  if (has_shares) return std::move(error).with_advice(Advice::offer_shares);
  if (has_not_followed) return std::move(error).with_advice(Advice::name_key_details_yourself);
  return error;
}

}  // namespace coffer::keys
