#include "configs/transaction_store.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "configs/operations/release.h"
#include "format/names.h"
#include "format/value_access.h"
#include "text/json.h"

namespace coffer::configs {
namespace {

using secrets::PutRequest;

using secrets::kMintedByCheck;
using secrets::kMintedByKey;

// An absent secret is an answer; any other error is a failure.
bool is_gone(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::deleted || code == ErrorCode::expired ||
         code == ErrorCode::destroyed;
}

bool is_ephemeral(const Metadata& metadata, const VersionInfo& info) {
  const auto minted_by = metadata.custom.find(kMintedByKey);
  return metadata.managed && info.expires_at_ms != 0 && minted_by != metadata.custom.end() &&
         minted_by->second == kMintedByCheck;
}

Value value_of(std::string_view payload) {
  // The payload comes from a parsed document, so it is valid JSON.
  return ValueAccess::make(Value::Form::json, SecretBytes::copy_of(payload));
}

}  // namespace

Result<bool> TransactionStore::holds(std::string_view coordinate, std::string_view payload) {
  const auto parsed = format::parse_coordinate(coordinate);
  if (!parsed) return false;
  // The answer would confirm a guess to a caller who may not know the value.
  if (settings_.rights != nullptr && settings_.rights->may_know &&
      !COFFER_TRY(settings_.rights->may_know(parsed->base)))
    return false;
  const auto secret = transaction_.get(parsed->base, parsed->version);
  if (!secret.ok()) {
    if (is_gone(secret.error().code())) return false;
    return secret.error();
  }
  return secret->value.is_json() &&
         equal_in_constant_time(secret->value.bytes().bytes(), as_bytes(payload));
}

Result<std::string> TransactionStore::mint(std::string_view payload) {
  const std::string base =
      format::print_managed_name({settings_.workspace, transaction_.mint_uuid()});
  COFFER_CHECK((settings_.mode == Mode::put) == (settings_.expires_at_ms == 0));
  PutRequest request;
  request.cas = 0;
  request.managed = true;
  request.expires_at_ms = settings_.expires_at_ms;
  if (settings_.mode == Mode::check)
    request.metadata.custom = std::map<std::string, std::string>{{kMintedByKey, kMintedByCheck}};
  const VersionInfo info = COFFER_TRY(transaction_.put(base, value_of(payload), request));
  return format::print_coordinate({base, info.version});
}

Result<std::optional<std::string>> TransactionStore::bump(std::string_view coordinate,
                                                          std::string_view payload) {
  const std::optional<std::string> none;
  const auto parsed = format::parse_coordinate(coordinate);
  if (!parsed || settings_.mode == Mode::check) return none;
  const auto current = transaction_.version_info(parsed->base, 0);
  if (!current.ok()) {
    if (is_gone(current.error().code())) return none;
    return current.error();
  }
  Metadata metadata = COFFER_TRY(transaction_.metadata(parsed->base));
  // A secret put by hand now has the name, and the config must not write it.
  if (!metadata.managed) return none;
  PutRequest request;
  request.cas = current->version;
  request.managed = true;
  request.expires_at_ms = settings_.expires_at_ms;
  if (metadata.custom.erase(kMintedByKey) != 0)
    request.metadata.custom = std::move(metadata.custom);
  const VersionInfo info = COFFER_TRY(transaction_.put(parsed->base, value_of(payload), request));
  return std::optional(format::print_coordinate({parsed->base, info.version}));
}

Result<void> TransactionStore::check_scope(const std::string& base, const VersionInfo& info) const {
  constexpr Literal kHint("give the value, or a coordinate that the stored document holds");
  const Metadata metadata = COFFER_TRY(transaction_.metadata(base));
  if (!metadata.managed)
    return Error(ErrorCode::usage, "this coordinate names a secret that no config created", kHint);
  const auto references = COFFER_TRY(transaction_.references_to(base));
  const bool own = std::all_of(references.begin(), references.end(), [&](const auto& each) {
    return is_holders(each, {settings_.id, settings_.outside});
  });
  if (!own) return Error(ErrorCode::usage, "this coordinate belongs to another config", kHint);
  const auto name = format::parse_managed_name(base);
  if (name && name->workspace == kNilWorkspace && is_ephemeral(metadata, info)) return {};
  if (!name || name->workspace != settings_.workspace)
    return Error(ErrorCode::usage, "this coordinate belongs to another workspace", kHint);
  if (references.empty())
    return Error(ErrorCode::usage, "this coordinate no longer belongs to any config", kHint);
  return {};
}

Result<void> TransactionStore::adopt(std::string_view coordinate) {
  if (adopted_.find(coordinate) != adopted_.end()) return {};
  if (settings_.imported != nullptr && settings_.imported->count(coordinate) != 0) return {};
  const auto parsed = format::parse_coordinate(coordinate);
  COFFER_CHECK(parsed.has_value());
  if (settings_.rights != nullptr && settings_.rights->bring_in)
    COFFER_TRY(settings_.rights->bring_in(coordinate));
  // The error of get() says what became of the secret.
  const Secret secret = COFFER_TRY(transaction_.get(parsed->base, parsed->version));
  COFFER_TRY(check_scope(parsed->base, secret.info));
  if (settings_.mode == Mode::put && secret.info.expires_at_ms != 0) {
    COFFER_TRY(transaction_.set_expiry(parsed->base, parsed->version, 0));
    // The config owns the secret now, so the mark of the check goes.
    COFFER_TRY(transaction_.drop_custom(parsed->base, kMintedByKey));
  }
  adopted_.emplace(coordinate);
  return {};
}

std::optional<std::string> TransactionStore::checked(std::string_view pointer) {
  if (settings_.checked == nullptr) return std::nullopt;
  for (const StoredPlace& place : settings_.checked->places) {
    if (place.pointer == pointer && !place.external) return place.coordinate;
  }
  return std::nullopt;
}

bool TransactionStore::is_coordinate(std::string_view text) {
  return format::parse_coordinate(text).has_value();
}

Result<bool> TransactionStore::knows(std::string_view text) {
  const auto parsed = format::parse_coordinate(text);
  if (!parsed) return false;
  // Only stores mint names of this form, and this store may have minted it long ago. In an import
  // every coordinate counts.
  if (settings_.imported != nullptr || format::parse_managed_name(parsed->base)) return true;
  return transaction_.exists(parsed->base);
}

Result<bool> is_of_a_check(const secrets::View& view, const std::string& base,
                           std::uint64_t version) {
  const auto info = view.version_info(base, version);
  if (!info.ok()) {
    if (is_gone(info.error().code())) return false;
    return info.error();
  }
  if (!info->expires_at_ms || info->destroyed) return false;
  return is_ephemeral(COFFER_TRY(view.metadata(base)), *info) &&
         COFFER_TRY(view.references_to(base)).empty();
}

Result<SecretBytes> payload_of(Value&& value) {
  if (value.is_json()) return ValueAccess::take(std::move(value));
  if (!json::is_valid_utf8(value.text()))
    return Error(ErrorCode::usage, "an opaque secret cannot be put into a JSON document");
  return json::quoted_secret(value.text());
}

}  // namespace coffer::configs
