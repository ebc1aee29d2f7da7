#include "configs/release.h"

#include <algorithm>
#include <set>
#include <utility>

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

Reference reference_of(std::string_view id, const std::string& base, std::uint64_t version) {
  return {base, version, "config", std::string(id)};
}

/// Whether anyone still refers to the version: by number, or by being its secret's current one.
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

/// Returns whether the version was there to be destroyed, and is not now.
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
    // A lease never makes a version outlive the time it was given before.
    const bool sooner = info->expires_at_ms != 0 && info->expires_at_ms <= keep_until_ms;
    if (!sooner) COFFER_TRY(transaction.set_expiry(base, version, keep_until_ms));
    return false;
  }
  COFFER_TRY(transaction.destroy(base, {version}));
  return true;
}

}  // namespace

Result<std::vector<std::string>> move_references(Transaction& transaction, std::string_view id,
                                                 const std::vector<StoredPlace>& before,
                                                 const std::vector<StoredPlace>& after,
                                                 std::int64_t keep_until_ms) {
  const Reached old_set = COFFER_TRY(reached_from(before));
  const Reached new_set = COFFER_TRY(reached_from(after));
  for (const auto& each : new_set) {
    if (old_set.count(each) != 0) continue;
    COFFER_TRY(transaction.add_reference(reference_of(id, each.first, each.second)));
  }
  Reached gone;
  std::set_difference(old_set.begin(), old_set.end(), new_set.begin(), new_set.end(),
                      std::inserter(gone, gone.end()));
  for (const auto& each : gone) {
    COFFER_TRY(transaction.remove_reference(reference_of(id, each.first, each.second)));
  }
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

}  // namespace coffer::configs
