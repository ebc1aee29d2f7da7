// The C interface over the C++ one: handles, codes and fixed texts; nothing throws here.
#include "api/c/c_handles.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::ErrorCode;
using coffer::Result;

static_assert(COFFER_TOO_NEW == static_cast<int>(ErrorCode::too_new));

}  // namespace

unsigned coffer_abi_version(void) { return COFFER_ABI_VERSION; }

const char* coffer_code_name(coffer_code code) {
  if (code == COFFER_OK) return "ok";
  return coffer::code_name(static_cast<ErrorCode>(code)).data();  // Literals: NUL-terminated.
}

const std::uint8_t* coffer_bytes_data(const coffer_bytes* bytes) {
  return bytes == nullptr ? nullptr : bytes->bytes.data();
}
std::size_t coffer_bytes_size(const coffer_bytes* bytes) {
  return bytes == nullptr ? 0 : bytes->bytes.size();
}
void coffer_bytes_free(coffer_bytes* bytes) { delete bytes; }

coffer_code coffer_create(const char* directory, const char* const* key_uris, std::size_t key_count,
                          coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(directory));
    return coffer::Store::create(directory, COFFER_TRY(parse_keys(key_uris, key_count)));
  });
}

coffer_code coffer_create_with_epoch_home(const char* directory, const char* const* key_uris,
                                          std::size_t key_count, const char* epoch_home,
                                          coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(directory, epoch_home));
    coffer::CreateOptions options;
    options.epoch_home = epoch_home;
    return coffer::Store::create(directory, COFFER_TRY(parse_keys(key_uris, key_count)), options);
  });
}

coffer_code coffer_open(const char* directory, const char* const* key_uris, std::size_t key_count,
                        coffer_store** store, coffer_error* error) {
  return coffer_open_anchored(directory, key_uris, key_count, nullptr, 0, store, error);
}

coffer_code coffer_open_anchored(const char* directory, const char* const* key_uris,
                                 std::size_t key_count, const char* anchor_uri, int accept,
                                 coffer_store** store, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(directory, store));
    *store = nullptr;
    coffer::OpenOptions options;
    if (anchor_uri != nullptr) options.anchor = anchor_uri;
    if (accept != 0) options.anchor_doubt = coffer::AnchorDoubt::accept;
    // Before `new`: a return out of its initialiser would leave the memory behind.
    coffer::Store opened = COFFER_TRY(coffer::Store::open(
        directory, COFFER_TRY(parse_keys(key_uris, key_count)), std::move(options)));
    *store = new coffer_store{std::move(opened)};
    return {};
  });
}

void coffer_close(coffer_store* store) { delete store; }

coffer_code coffer_put(coffer_store* store, const char* path, const std::uint8_t* value,
                       std::size_t size, int is_json, std::uint64_t cas, std::int64_t ttl_ms,
                       coffer_version* written, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    if (size > 0) COFFER_TRY(require(value));
    const coffer::Value wrapped = COFFER_TRY(to_value(value, size, is_json));
    const coffer::PutOptions options = to_options(cas, ttl_ms);
    fill(written, COFFER_TRY(store->store.put(path, wrapped, options)));
    return {};
  });
}

coffer_code coffer_get(coffer_store* store, const char* path, std::uint64_t version,
                       coffer_bytes** value, coffer_version* info, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, value));
    *value = nullptr;
    const coffer::Secret secret = COFFER_TRY(store->store.get(path, version));
    fill(info, secret.info);
    *value = new coffer_bytes{secret.value.bytes().clone()};
    return {};
  });
}

coffer_code coffer_get_field(coffer_store* store, const char* path, std::uint64_t version,
                             const char* field, coffer_bytes** value, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, field, value));
    *value = nullptr;
    const coffer::Secret secret = COFFER_TRY(store->store.get(path, version));
    const coffer::Value found = COFFER_TRY(secret.value.at(field));
    *value = new coffer_bytes{found.bytes().clone()};
    return {};
  });
}

coffer_code coffer_delete(coffer_store* store, const char* path, const std::uint64_t* versions,
                          std::size_t count, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    return store->store.soft_delete(path, COFFER_TRY(to_versions(versions, count)));
  });
}

coffer_code coffer_undelete(coffer_store* store, const char* path, const std::uint64_t* versions,
                            std::size_t count, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    return store->store.undelete(path, COFFER_TRY(some_versions(versions, count)));
  });
}

coffer_code coffer_destroy(coffer_store* store, const char* path, const std::uint64_t* versions,
                           std::size_t count, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    COFFER_TRY(store->store.destroy(path, COFFER_TRY(some_versions(versions, count))));
    return {};
  });
}

coffer_code coffer_destroy_all(coffer_store* store, const char* path, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    COFFER_TRY(store->store.destroy_all(path));
    return {};
  });
}

coffer_code coffer_list(coffer_store* store, const char* folder, int recursive,
                        coffer_bytes** names, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, folder, names));
    *names = nullptr;
    coffer::SecretBytes text;
    for (const std::string& name :
         COFFER_TRY(store->store.list(folder, {.recursive = recursive != 0}))) {
      text.append(name);
      text.push_back(0);
    }
    *names = new coffer_bytes{std::move(text)};
    return {};
  });
}

coffer_code coffer_sweep(coffer_store* store, std::int64_t grace_ms, std::uint64_t* count,
                         coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    const coffer::SweepReport swept = COFFER_TRY(store->store.sweep({.grace_ms = grace_ms}));
    if (count != nullptr) *count = swept.swept.size();
    return {};
  });
}
