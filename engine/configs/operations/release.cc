#include "configs/operations/release.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/check.h"
#include "format/names.h"

namespace coffer::configs {
namespace {

using secrets::Reference;
using secrets::Transaction;
using Reached = std::set<std::pair<std::string, std::uint64_t>>;

Result<Reached> reached_from(const std::vector<StoredPlace>& places) {
  Reached out;
  for (const StoredPlace& place : places) {
    if (place.external) continue;
    const auto parsed = format::parse_coordinate(place.coordinate);
    if (!parsed) return Error(ErrorCode::corrupt, "a stored config holds a broken coordinate");
    out.emplace(parsed->base, parsed->version);
  }
  return out;
}

std::string_view kind_of(Holder holder) { return holder.outside ? "external" : "config"; }

// Whether anybody still refers to the version, by its number or as the current one.
Result<bool> is_referred_to(const Transaction& transaction, const std::string& base,
                            std::uint64_t version) {
  const auto references = COFFER_TRY(transaction.references_to(base));
  std::uint64_t current = 0;
  if (const auto info = transaction.version_info(base, 0); info.ok()) current = info->version;
  return std::any_of(references.begin(), references.end(), [&](const Reference& each) {
    return each.version == version || (each.version == 0 && version == current);
  });
}

Result<void> erase_if_empty(Transaction& transaction, const std::string& base) {
  if (!COFFER_TRY(transaction.references_to(base)).empty()) return {};
  const auto history = transaction.history(base);
  if (!history.ok()) {
    if (history.error().code() == ErrorCode::not_found) return {};
    return history.error();
  }
  const std::int64_t now = transaction.now_ms();
  const bool living = std::any_of(history->begin(), history->end(), [&](const VersionInfo& each) {
    return !each.destroyed && (each.expires_at_ms == 0 || each.expires_at_ms > now);
  });
  if (living) return {};
  return transaction.erase(base);
}

// Destroys the version, or lets it expire later, if nobody refers to it. Returns whether it was
// destroyed.
Result<bool> let_go(Transaction& transaction, const std::string& base, std::uint64_t version,
                    std::int64_t keep_until_ms) {
  if (COFFER_TRY(is_referred_to(transaction, base, version))) return false;
  const auto info = transaction.version_info(base, version);
  if (!info.ok()) {
    if (info.error().code() == ErrorCode::not_found) return false;
    return info.error();
  }
  if (info->destroyed) return false;
  if (keep_until_ms != 0) {
    // Never extends an earlier expiry.
    const bool sooner = info->expires_at_ms != 0 && info->expires_at_ms <= keep_until_ms;
    if (!sooner) COFFER_TRY(transaction.set_expiry(base, version, keep_until_ms));
    return false;
  }
  COFFER_CHECK(version != 0);
  COFFER_TRY(transaction.destroy(base, {version}));
  return true;
}

Result<std::vector<std::string>> let_all_go(Transaction& transaction, const Reached& gone,
                                            std::int64_t keep_until_ms) {
  std::vector<std::string> destroyed;
  std::set<std::string> bases;
  for (const auto& [base, version] : gone) {
    bases.insert(base);
    if (!COFFER_TRY(let_go(transaction, base, version, keep_until_ms))) continue;
    destroyed.push_back(format::print_coordinate({base, version}));
  }
  for (const std::string& base : bases) COFFER_TRY(erase_if_empty(transaction, base));
  return destroyed;
}

}  // namespace

Reference reference_of(Holder holder, const std::string& base, std::uint64_t version) {
  COFFER_CHECK(!holder.id.empty() && !base.empty());
  return {base, version, std::string(kind_of(holder)), std::string(holder.id)};
}

bool is_holders(const Reference& reference, Holder holder) {
  return reference.user_kind == kind_of(holder) && reference.user == holder.id;
}

Result<void> check_name_free(const Transaction& transaction, Holder holder, const std::string& base,
                             std::uint64_t version) {
  if (!holder.outside) return {};
  for (const Reference& each : COFFER_TRY(transaction.references_to(base))) {
    if (!is_holders(each, holder) || (version != 0 && each.version != version)) continue;
    return Error(ErrorCode::conflict,
                 "an outside user of this name already refers to a secret of the config",
                 Advice::end_use_or_rename)
        .about(Subject::Kind::name, holder.id);
  }
  return {};
}

Result<std::vector<std::string>> move_references(Transaction& transaction, Holder holder_before,
                                                 const std::vector<StoredPlace>& before,
                                                 Holder holder_after,
                                                 const std::vector<StoredPlace>& after,
                                                 std::int64_t keep_until_ms) {
  const Reached old_set = COFFER_TRY(reached_from(before));
  const Reached new_set = COFFER_TRY(reached_from(after));
  const bool same_holder = holder_before.outside == holder_after.outside;
  for (const auto& each : new_set) {
    if (same_holder && old_set.count(each) != 0) continue;
    COFFER_TRY(check_name_free(transaction, holder_after, each.first, each.second));
    COFFER_TRY(transaction.add_reference(reference_of(holder_after, each.first, each.second)));
    COFFER_TRY(transaction.mark_reachable(each.first, each.second));
  }
  Reached gone;
  for (const auto& each : old_set) {
    const bool stays = new_set.count(each) != 0;
    if (stays && same_holder) continue;
    COFFER_TRY(transaction.remove_reference(reference_of(holder_before, each.first, each.second)));
    if (!stays) gone.insert(each);
  }
  return let_all_go(transaction, gone, keep_until_ms);
}

Result<void> hold(Transaction& transaction, Holder holder, const std::string& base,
                  std::uint64_t version) {
  return transaction.add_reference(reference_of(holder, base, version));
}

Result<std::vector<std::string>> destroy_unused(Transaction& transaction,
                                                const std::vector<std::string>& coordinates) {
  Reached gone;
  for (const std::string& coordinate : coordinates) {
    if (const auto parsed = format::parse_coordinate(coordinate))
      gone.emplace(parsed->base, parsed->version);
  }
  return let_all_go(transaction, gone, 0);
}

}  // namespace coffer::configs
