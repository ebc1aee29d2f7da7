// Makes new versions from old ones. Unless the request sets an expiry, the new version expires with
// the old one, so that a patch does not extend a value's life.
#include "format/names.h"
#include "format/value_access.h"
#include "secrets/rows/versions.h"
#include "text/json_merge.h"

namespace coffer::secrets {
namespace {

// The request for the new version. Reading and writing share a transaction, so the version that was
// read is the current one: this satisfies a required check-and-set.
PutRequest upon(const PutRequest& request, std::uint64_t current, std::int64_t expires_at_ms) {
  PutRequest changed = request;
  if (!changed.cas) changed.cas = current;
  if (changed.expires_at_ms == 0) changed.expires_at_ms = expires_at_ms;
  return changed;
}

}  // namespace

Result<VersionInfo> Transaction::patch(std::string_view path, std::string_view merge_json,
                                       const PutRequest& request) {
  COFFER_TRY(format::check_path(path));
  writing_->notes().attempt(format::Action::patch, path);
  const auto patch = COFFER_TRY(json::Document::parse(merge_json));
  // Like HashiCorp Vault: report a missing secret before the check-and-set, and a deleted or
  // expired version after it.
  const VersionInfo newest = COFFER_TRY(version_info(path, 0));
  if (request.cas && *request.cas != newest.version)
    return Error(ErrorCode::conflict, "the current version is not the one given",
                 "read it again, then patch with its number")
        .with_number(newest.version);
  const Secret current = COFFER_TRY(get(path, 0));
  if (!current.value.is_json())
    return Error(ErrorCode::usage, "an opaque value cannot be patched", "put a new one");
  const auto target = COFFER_TRY(json::Document::parse(current.value.text()));
  const Value merged =
      ValueAccess::make(Value::Form::json, COFFER_TRY(json::merge_patch(target, patch)));
  return put_as(format::Action::patch, path, merged,
                upon(request, newest.version, current.info.expires_at_ms));
}

Result<VersionInfo> Transaction::rollback(std::string_view path, std::uint64_t to_version,
                                          const PutRequest& request) {
  COFFER_TRY(format::check_path(path));
  writing_->notes().attempt(format::Action::rollback, path, to_version);
  if (to_version == 0)
    return Error(ErrorCode::usage, "there is no version 0", "versions begin with 1");
  const VersionInfo newest = COFFER_TRY(version_info(path, 0));
  const Secret old = COFFER_TRY(get(path, to_version));
  return put_as(format::Action::rollback, path, old.value,
                upon(request, newest.version, old.info.expires_at_ms));
}

}  // namespace coffer::secrets
