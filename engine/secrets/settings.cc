// The store's settings: kept in a record of their own, so that every process goes by what
// stands there when it writes.
#include <algorithm>

#include "format/name_rule.h"
#include "format/names.h"
#include "secrets/engine_state.h"
#include "secrets/scope.h"

namespace coffer::secrets {
namespace {

using storage::Table;

constexpr std::int64_t kDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

Result<void> check_value_limit(std::uint64_t bytes) {
  if (bytes == 0 || bytes > format::kValueBytesCeiling)
    return Error{ErrorCode::limit, "the value limit is outside what the format allows",
                 "from 1 byte to 16 MiB"}
        .with_number(format::kValueBytesCeiling);
  return {};
}

Result<void> check_scope(const ScopeSettings& scope) {
  COFFER_TRY(format::check_path(scope.prefix));
  if (!scope.value_bytes_max && !scope.names)
    return Error{ErrorCode::usage, "this scope sets nothing",
                 "give it a value limit, rules for names or both, or leave it out"}
        .about(Subject::Kind::path, scope.prefix);
  if (scope.value_bytes_max) COFFER_TRY(check_value_limit(*scope.value_bytes_max));
  if (scope.names) COFFER_TRY(format::check_rules(*scope.names));
  return {};
}

// In the order of their prefixes, as they stand in the record.
Result<std::vector<ScopeSettings>> sorted(std::vector<ScopeSettings> scopes) {
  if (scopes.size() > format::kScopesMax)
    return Error{ErrorCode::limit, "too many scopes"}.with_number(format::kScopesMax);
  for (ScopeSettings& scope : scopes) {
    while (scope.prefix.ends_with('/')) scope.prefix.pop_back();
    COFFER_TRY(check_scope(scope));
  }
  std::sort(scopes.begin(), scopes.end(),
            [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  for (std::size_t i = 1; i < scopes.size(); ++i)
    if (scopes[i].prefix == scopes[i - 1].prefix)
      return Error{ErrorCode::usage, "two scopes have one prefix"}.about(Subject::Kind::path,
                                                                         scopes[i].prefix);
  return scopes;
}

bool covers(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

Scope scope_of(const format::Settings& settings, std::string_view path) {
  Scope scope{settings.value_bytes_max, &settings.names, path};
  // Of two prefixes of one path the longer one sorts behind the shorter.
  for (const ScopeSettings& each : settings.scopes) {
    if (!covers(each.prefix, path)) continue;
    if (each.value_bytes_max) scope.value_bytes_max = *each.value_bytes_max;
    if (!each.names) continue;
    scope.names = &*each.names;
    const std::size_t slash = each.prefix.rfind('/');
    const std::size_t own = slash == std::string::npos ? 0 : slash + 1;
    scope.below = path.substr(path.size() == each.prefix.size() ? own : each.prefix.size() + 1);
  }
  return scope;
}

Result<std::shared_ptr<const StoredSettings>> Engine::Impl::read_settings(const storage::Txn& txn,
                                                                          std::uint64_t revision) {
  const auto sealed = COFFER_TRY(txn.get(Table::main, as_bytes(kSettingsKey)));
  if (!sealed) return Error{ErrorCode::corrupt, "the data file has no settings record"};
  {
    const std::lock_guard lock(settings_mutex);
    if (newest_settings && newest_settings->settings.revision == revision &&
        std::equal(sealed->begin(), sealed->end(), newest_settings->sealed.begin(),
                   newest_settings->sealed.end()))
      return newest_settings;
  }
  const SecretBytes plain = COFFER_TRY(cipher->open_root(format::Domain::settings, *sealed));
  auto stored = std::make_shared<StoredSettings>();
  stored->sealed.assign(sealed->begin(), sealed->end());
  stored->settings = COFFER_TRY(format::decode_settings(plain.bytes()));
  if (stored->settings.revision != revision)
    return Error{ErrorCode::corrupt, "the store's settings are not the ones that it had last",
                 "restore from a backup"};
  const std::lock_guard lock(settings_mutex);
  newest_settings = stored;
  return std::shared_ptr<const StoredSettings>(stored);
}

Result<const format::Settings*> View::Impl::settings() const {
  if (!stored_settings)
    stored_settings = COFFER_TRY(engine.read_settings(txn, root->settings_revision));
  return &stored_settings->settings;
}

Result<StoreSettings> View::settings() const {
  const format::Settings& stored = *COFFER_TRY(impl_->settings());
  return StoreSettings{stored.max_versions,    stored.cas_required,  stored.delete_version_after_ms,
                       stored.value_bytes_max, stored.names,         stored.scopes,
                       stored.audit_reads,     stored.audit_keep_ms, stored.audit_keep_records};
}

Result<void> Transaction::put_settings(const StoreSettings& settings) {
  impl_->attempt(format::Action::settings, "");
  COFFER_TRY(check_value_limit(settings.value_bytes_max));
  COFFER_TRY(format::check_rules(settings.names));
  if (settings.delete_version_after_ms > kDurationMaxMs)
    return Error{ErrorCode::limit, "delete_version_after is longer than 1,000 years"};
  if (settings.audit_keep_ms < 0 || settings.audit_keep_ms > kDurationMaxMs)
    return Error{ErrorCode::limit, "the time to keep audit records is negative or too long"};
  std::vector<ScopeSettings> scopes = COFFER_TRY(sorted(settings.scopes));

  Impl& impl = *impl_;
  format::Settings after = *COFFER_TRY(impl.settings());
  const std::uint64_t revision_before = after.revision;
  after.max_versions = settings.max_versions;
  after.cas_required = settings.cas_required;
  after.delete_version_after_ms = std::max<std::int64_t>(settings.delete_version_after_ms, -1);
  after.value_bytes_max = settings.value_bytes_max;
  after.names = settings.names;
  after.audit_reads = settings.audit_reads;
  after.audit_keep_ms = settings.audit_keep_ms;
  after.audit_keep_records = settings.audit_keep_records;
  after.scopes = std::move(scopes);
  ++after.revision;
  impl.root->settings_revision = after.revision;
  const auto number = static_cast<std::uint8_t>(Table::main);
  const ByteView key = as_bytes(kSettingsKey);
  // The settings that a store was made with are not in the digest; what was changed since is.
  if (revision_before != 0)
    impl.toggle_digest(impl.cipher().digest(number, key, impl.stored_settings->sealed));
  auto stored = std::make_shared<StoredSettings>();
  stored->sealed =
      impl.cipher().seal_root(format::Domain::settings, format::encode_settings(after).bytes());
  stored->settings = std::move(after);
  impl.toggle_digest(impl.cipher().digest(number, key, stored->sealed));
  COFFER_TRY(impl.writer->put(Table::main, key, stored->sealed));
  impl.stored_settings = std::move(stored);
  impl.note(format::Action::settings, "");
  return {};
}

}  // namespace coffer::secrets
