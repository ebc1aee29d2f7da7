// The C interface's calls about secrets, which also work in a transaction, and about transactions
// and snapshots.
#include "api/c/c_handles.h"
#include "api/c/c_json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::Store;
using coffer::Transaction;
using Versions = std::vector<std::uint64_t>;

void fill(coffer_version_info* out, const coffer::VersionInfo& info) {
  if (out == nullptr) return;
  *out = {};
  out->version = info.version;
  out->created_at_ms = info.created_at_ms;
  out->deletion_at_ms = info.deletion_at_ms;
  out->expires_at_ms = info.expires_at_ms;
  out->destroyed = info.destroyed ? 1 : 0;
}

Result<coffer::Value> value_of(const void* value, std::size_t size, bool is_json) {
  if (value == nullptr && size > 0) return null_argument();
  auto bytes = coffer::SecretBytes::copy_of({static_cast<const std::uint8_t*>(value), size});
  if (is_json) return coffer::Value::json(std::move(bytes));
  return coffer::Value::opaque(std::move(bytes));
}

coffer::PutOptions put_options_of(const coffer_put_options& given) {
  coffer::PutOptions options;
  options.cas = expected(given.if_version);
  options.ttl_ms = given.ttl_ms;
  options.expires_at_ms = given.expires_at_ms;
  return options;
}

Result<Versions> versions_of(const std::uint64_t* versions, std::size_t count) {
  if (count > 0 && versions == nullptr) return null_argument();
  return Versions(versions, versions + count);
}

Result<Versions> some_versions(const std::uint64_t* versions, std::size_t count) {
  if (count == 0) return Error(ErrorCode::usage, "no version was given");
  return versions_of(versions, count);
}

Result<coffer::ListOptions> list_options_of(const coffer_list_options* options_or_null) {
  const coffer_list_options given = COFFER_TRY(sized(options_or_null));
  coffer::ListOptions options;
  options.recursive = given.recursive != 0;
  if (given.state < COFFER_LIST_STANDARD || given.state > COFFER_LIST_ALL)
    return Error(ErrorCode::usage, "there is no such state");
  options.state = static_cast<coffer::ListState>(given.state);
  options.tags = COFFER_TRY(texts_of(given.tags, given.tag_count));
  const auto pairs = COFFER_TRY(texts_of(given.custom, 2 * given.custom_count));
  for (std::size_t i = 0; i < pairs.size(); i += 2) options.custom.emplace(pairs[i], pairs[i + 1]);
  if (given.owner != nullptr) options.owner = given.owner;
  if (given.kind != nullptr) options.kind = given.kind;
  options.workspace = text_of(given.workspace);
  options.older_than_ms = given.older_than_ms;
  options.newer_than_ms = given.newer_than_ms;
  if (given.managed != 0) options.managed = given.managed > 0;
  return options;
}

Result<void> change_settings(Transaction& inside, const char* json) {
  coffer::StoreSettings settings = COFFER_TRY(inside.settings());
  COFFER_TRY(apply_settings(json, settings));
  return inside.put_settings(settings);
}

Result<void> change_settings(Store& open, const char* json) {
  return settled(open.transaction([&](Transaction& txn) { return change_settings(txn, json); }));
}

}  // namespace

coffer_code coffer_put(coffer_store* store, const char* path, const void* value, std::size_t size,
                       const coffer_put_options* options, coffer_version_info* written,
                       coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) -> Result<void> {
    const auto how = COFFER_TRY(sized(options));
    const coffer::Value wrapped = COFFER_TRY(value_of(value, size, how.is_json != 0));
    fill(written, COFFER_TRY(to.put(path, wrapped, put_options_of(how))));
    return {};
  });
}

coffer_code coffer_patch(coffer_store* store, const char* path, const char* merge_json,
                         const coffer_put_options* options, coffer_version_info* written,
                         coffer_error* error) {
  return writing(store, error, given(path, merge_json), [&](auto& to) -> Result<void> {
    const auto how = COFFER_TRY(sized(options));
    fill(written, COFFER_TRY(to.patch(path, merge_json, put_options_of(how))));
    return {};
  });
}

coffer_code coffer_rollback(coffer_store* store, const char* path, std::uint64_t to_version,
                            const coffer_put_options* options, coffer_version_info* written,
                            coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) -> Result<void> {
    const auto how = COFFER_TRY(sized(options));
    fill(written, COFFER_TRY(to.rollback(path, to_version, put_options_of(how))));
    return {};
  });
}

coffer_code coffer_get(coffer_store* store, const char* path, std::uint64_t version,
                       coffer_bytes** value, coffer_version_info* info, coffer_error* error) {
  return reading(store, error, given(path, value), [&](auto& from) -> Result<void> {
    const coffer::Secret secret = COFFER_TRY(from.get(path, version));
    fill(info, secret.info);
    *value = to_bytes(secret.value.text());
    return {};
  });
}

coffer_code coffer_get_field(coffer_store* store, const char* path, std::uint64_t version,
                             const char* field, coffer_bytes** value, coffer_error* error) {
  return reading(store, error, given(path, field, value), [&](auto& from) -> Result<void> {
    const coffer::Secret secret = COFFER_TRY(from.get(path, version));
    *value = to_bytes(COFFER_TRY(secret.value.at(field)).text());
    return {};
  });
}

coffer_code coffer_history(coffer_store* store, const char* path, coffer_version_info* versions,
                           std::size_t capacity, std::size_t* count, coffer_error* error) {
  const bool is_given = given(path, count) && (capacity == 0 || versions != nullptr);
  return reading(store, error, is_given, [&](auto& from) -> Result<void> {
    const coffer::History history = COFFER_TRY(from.history(path));
    *count = history.versions.size();
    for (std::size_t i = 0; i < *count && i < capacity; ++i)
      fill(versions + i, history.versions[i]);
    return {};
  });
}

coffer_code coffer_delete(coffer_store* store, const char* path, const std::uint64_t* versions,
                          std::size_t count, coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) -> Result<void> {
    return to.soft_delete(path, COFFER_TRY(versions_of(versions, count)));
  });
}

coffer_code coffer_undelete(coffer_store* store, const char* path, const std::uint64_t* versions,
                            std::size_t count, coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) -> Result<void> {
    return to.undelete(path, COFFER_TRY(some_versions(versions, count)));
  });
}

coffer_code coffer_destroy(coffer_store* store, const char* path, const std::uint64_t* versions,
                           std::size_t count, coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) -> Result<void> {
    return settled(to.destroy(path, COFFER_TRY(some_versions(versions, count))));
  });
}

coffer_code coffer_destroy_all(coffer_store* store, const char* path, coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) { return to.destroy_all(path); });
}

coffer_code coffer_erase(coffer_store* store, const char* path, coffer_error* error) {
  return writing(store, error, given(path), [&](auto& to) { return to.erase(path); });
}

coffer_code coffer_move(coffer_store* store, const char* from, const char* to,
                        coffer_error* error) {
  return writing(store, error, given(from, to), [&](auto& place) { return place.move(from, to); });
}

coffer_code coffer_copy(coffer_store* store, const char* from, const char* to,
                        coffer_error* error) {
  return writing(store, error, given(from, to), [&](auto& place) { return place.copy(from, to); });
}

coffer_code coffer_reference_add(coffer_store* store, const char* path, std::uint64_t version,
                                 const char* user, coffer_error* error) {
  return writing(store, error, given(path, user),
                 [&](auto& to) { return to.add_reference(path, version, user); });
}

coffer_code coffer_reference_remove(coffer_store* store, const char* path, std::uint64_t version,
                                    const char* user, coffer_error* error) {
  return writing(store, error, given(path, user),
                 [&](auto& to) { return to.remove_reference(path, version, user); });
}

coffer_code coffer_reference_list(coffer_store* store, const char* path, coffer_bytes** json,
                                  coffer_error* error) {
  return writing(store, error, given(path, json), [&](auto& from) -> Result<void> {
    *json = to_bytes(print_references(COFFER_TRY(from.references_to(path))));
    return {};
  });
}

coffer_code coffer_list(coffer_store* store, const char* folder, const coffer_list_options* options,
                        coffer_bytes** names, coffer_error* error) {
  return reading(store, error, given(folder, names), [&](auto& from) -> Result<void> {
    *names = to_names(COFFER_TRY(from.list(folder, COFFER_TRY(list_options_of(options)))));
    return {};
  });
}

coffer_code coffer_find(coffer_store* store, const char* folder, const coffer_list_options* options,
                        coffer_bytes** json, coffer_error* error) {
  return reading(store, error, given(folder, json), [&](auto& from) -> Result<void> {
    const auto found = COFFER_TRY(from.find(folder, COFFER_TRY(list_options_of(options))));
    *json = to_bytes(print_listing(found));
    return {};
  });
}

coffer_code coffer_metadata_get(coffer_store* store, const char* path, coffer_bytes** json,
                                coffer_error* error) {
  return reading(store, error, given(path, json), [&](auto& from) -> Result<void> {
    *json = to_bytes(print_metadata(COFFER_TRY(from.metadata(path))));
    return {};
  });
}

coffer_code coffer_metadata_put(coffer_store* store, const char* path, const char* json,
                                int must_exist, coffer_error* error) {
  return writing(store, error, given(path, json), [&](auto& to) -> Result<void> {
    const coffer::MetadataChange change = COFFER_TRY(parse_metadata(json));
    return must_exist != 0 ? to.patch_metadata(path, change) : to.put_metadata(path, change);
  });
}

coffer_code coffer_settings_get(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return reading(store, error, given(json), [&](auto& from) -> Result<void> {
    *json = to_bytes(print_settings(COFFER_TRY(from.settings())));
    return {};
  });
}

coffer_code coffer_settings_put(coffer_store* store, const char* json, coffer_error* error) {
  return writing(store, error, given(json), [&](auto& to) { return change_settings(to, json); });
}

coffer_code coffer_sweep(coffer_store* store, const coffer_sweep_options* options,
                         std::uint64_t* count, coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    const coffer_sweep_options how = COFFER_TRY(sized(options));
    const coffer::SweepReport swept =
        COFFER_TRY(open.sweep({how.dry_run != 0, how.grace_ms, how.limit, how.full != 0}));
    if (count != nullptr) *count = swept.swept.size();
    return {};
  });
}

coffer_code coffer_transact(coffer_store* store, coffer_transaction_body body, void* context,
                            coffer_error* error) {
  coffer_code given_up = COFFER_OK;
  const coffer_code code = on_store(store, error, body != nullptr, [&](Store& open) {
    return open.transaction([&](Transaction& txn) -> Result<void> {
      coffer_store inside = {&txn};
      given_up = body(&inside, context);
      if (given_up == COFFER_OK) return {};
      return Error(ErrorCode::failed, "the transaction's body gave up; nothing was written");
    });
  });
  if (code == COFFER_OK || given_up == COFFER_OK) return code;
  if (error != nullptr) error->code = given_up;
  return given_up;
}

coffer_code coffer_snapshot(coffer_store* store, coffer_store** snapshot, coffer_error* error) {
  return on_store(store, error, given(snapshot), [&](Store& open) -> Result<void> {
    coffer::Snapshot taken = COFFER_TRY(open.snapshot());
    *snapshot = new coffer_store{std::move(taken)};
    return {};
  });
}
