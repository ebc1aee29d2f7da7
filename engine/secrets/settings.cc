// The store's settings: checks them, and finds those that apply to a path.
#include <algorithm>

#include "format/name_rule.h"
#include "format/names.h"
#include "secrets/rows/versions.h"
#include "secrets/scope.h"

namespace coffer::secrets {
namespace {

constexpr std::int64_t kDurationMaxMs = std::int64_t{365'000} * 24 * 60 * 60 * 1000;

Result<void> check_value_limit(std::uint64_t bytes) {
  if (bytes == 0 || bytes > format::kValueBytesCeiling)
    return Error(ErrorCode::limit, "the value limit is outside the range that the format allows",
                 "from 1 byte to 16 MiB")
        .with_number(format::kValueBytesCeiling);
  return {};
}

Result<void> check_scope(const ScopeSettings& scope) {
  COFFER_TRY(format::check_path(scope.prefix));
  if (!scope.value_bytes_max && !scope.names)
    return Error(ErrorCode::usage, "this scope sets nothing",
                 "give it a value limit, rules for names or both, or leave it out")
        .about(Subject::Kind::path, scope.prefix);
  if (scope.value_bytes_max) COFFER_TRY(check_value_limit(*scope.value_bytes_max));
  if (scope.names) COFFER_TRY(format::check_rules(*scope.names));
  return {};
}

// The scopes in the order of their prefixes, as the record holds them.
Result<std::vector<ScopeSettings>> sorted(std::vector<ScopeSettings> scopes) {
  if (scopes.size() > format::kScopesMax)
    return Error(ErrorCode::limit, "too many scopes").with_number(format::kScopesMax);
  for (ScopeSettings& scope : scopes) {
    while (scope.prefix.ends_with('/')) scope.prefix.pop_back();
    COFFER_TRY(check_scope(scope));
  }
  std::sort(scopes.begin(), scopes.end(),
            [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  for (std::size_t i = 1; i < scopes.size(); ++i)
    if (scopes[i].prefix == scopes[i - 1].prefix)
      return Error(ErrorCode::usage, "two scopes have the same prefix")
          .about(Subject::Kind::path, scopes[i].prefix);
  return scopes;
}

bool covers(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

Scope scope_of(const format::Settings& settings, std::string_view path) {
  Scope scope{settings.value_bytes_max, &settings.names, path};
  // If two prefixes cover a path, the longer one sorts last and so wins.
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

Result<StoreSettings> View::settings() const {
  return StoreSettings(*COFFER_TRY(reading_->settings()));
}

Result<void> Transaction::put_settings(const StoreSettings& settings) {
  writing_->notes().attempt(format::Action::settings, "");
  COFFER_TRY(check_value_limit(settings.value_bytes_max));
  COFFER_TRY(format::check_rules(settings.names));
  if (settings.delete_version_after_ms > kDurationMaxMs)
    return Error(ErrorCode::limit, "delete_version_after is longer than 1,000 years");
  if (settings.audit_keep_ms < 0 || settings.audit_keep_ms > kDurationMaxMs)
    return Error(ErrorCode::limit, "the time to keep audit records is negative or too long");
  StoreSettings wanted = settings;
  wanted.delete_version_after_ms = std::max<std::int64_t>(settings.delete_version_after_ms, -1);
  wanted.scopes = COFFER_TRY(sorted(settings.scopes));

  Writing& writing = *writing_;
  format::Settings after = *COFFER_TRY(writing.settings());
  static_cast<StoreSettings&>(after) = std::move(wanted);
  COFFER_TRY(writing.put_settings(std::move(after)));
  writing.notes().note(format::Action::settings, "");
  return {};
}

Result<std::uint64_t> Transaction::put_policy(const Policy& policy,
                                              std::optional<std::uint64_t> revision) {
  const std::uint64_t put = COFFER_TRY(writing_->put_policy(policy, revision));
  writing_->notes().note(format::Action::policy_put, "", put);
  return put;
}

}  // namespace coffer::secrets
