#include "api/c/c_handles.h"

#include <algorithm>

namespace coffer::c_api {

void copy_text(char* out, std::size_t size, std::string_view text) {
  const std::size_t count = std::min(text.size(), size - 1);
  text.copy(out, count);
  out[count] = '\0';
}

coffer_code report(const Error& error, coffer_error* out) {
  const auto code = static_cast<coffer_code>(error.code());
  if (out != nullptr) {
    out->code = code;
    copy_text(out->message, sizeof out->message, describe(error));
    copy_text(out->hint, sizeof out->hint, error.hint());
  }
  return code;
}

void report_no_memory(coffer_error* out) {
  if (out == nullptr) return;
  out->code = COFFER_LIMIT;
  copy_text(out->message, sizeof out->message, "not enough memory; nothing was changed");
  out->hint[0] = '\0';
}

Error null_argument() { return {ErrorCode::usage, "a required argument is NULL"}; }

void fill(coffer_version* out, const VersionInfo& info) {
  if (out == nullptr) return;
  *out = {info.version, info.created_at_ms, info.deletion_at_ms, info.expires_at_ms,
          info.destroyed ? 1 : 0};
}

Result<Value> to_value(const std::uint8_t* value, std::size_t size, int is_json) {
  if (size > 0) COFFER_TRY(require(value));
  SecretBytes bytes = SecretBytes::copy_of({value, size});
  if (is_json != 0) return Value::json(std::move(bytes));
  return Value::opaque(std::move(bytes));
}

PutOptions to_options(std::uint64_t cas, std::int64_t ttl_ms) {
  PutOptions options;
  if (cas != COFFER_ANY_VERSION) options.cas = cas;
  options.ttl_ms = ttl_ms;
  return options;
}

Result<std::vector<std::uint64_t>> to_versions(const std::uint64_t* versions, std::size_t count) {
  if (count > 0 && versions == nullptr) return null_argument();
  return std::vector<std::uint64_t>(versions, versions + count);
}

Result<std::vector<std::uint64_t>> some_versions(const std::uint64_t* versions, std::size_t count) {
  if (count == 0) return Error{ErrorCode::usage, "no version was given"};
  return to_versions(versions, count);
}

Result<std::vector<KeySource>> parse_keys(const char* const* uris, std::size_t count) {
  std::vector<KeySource> keys;
  for (std::size_t i = 0; i < count; ++i) {
    if (uris == nullptr || uris[i] == nullptr) return null_argument();
    keys.push_back(COFFER_TRY(KeySource::parse(uris[i])));
  }
  return keys;
}

}  // namespace coffer::c_api
