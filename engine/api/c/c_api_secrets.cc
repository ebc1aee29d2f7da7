// The C interface's patch, rollback, move, copy, metadata, settings and transactions.
#include "api/c/c_handles.h"
#include "api/c/c_json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Result;

// A Store and a Transaction have this alike.
template <typename Target>
Result<void> put_metadata_to(Target& target, const char* path, const char* json, int must_exist) {
  const coffer::MetadataChange change = COFFER_TRY(parse_metadata(json));
  return must_exist != 0 ? target.patch_metadata(path, change) : target.put_metadata(path, change);
}

coffer_bytes* to_bytes(std::string_view text) {
  return new coffer_bytes{coffer::SecretBytes::copy_of(text)};
}

}  // namespace

coffer_code coffer_patch(coffer_store* store, const char* path, const char* merge_json,
                         std::uint64_t cas, std::int64_t ttl_ms, coffer_version* written,
                         coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, merge_json));
    fill(written, COFFER_TRY(store->store.patch(path, merge_json, to_options(cas, ttl_ms))));
    return {};
  });
}

coffer_code coffer_rollback(coffer_store* store, const char* path, std::uint64_t to_version,
                            coffer_version* written, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    fill(written, COFFER_TRY(store->store.rollback(path, to_version)));
    return {};
  });
}

coffer_code coffer_move(coffer_store* store, const char* from, const char* to,
                        coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, from, to));
    return store->store.move(from, to);
  });
}

coffer_code coffer_copy(coffer_store* store, const char* from, const char* to,
                        coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, from, to));
    return store->store.copy(from, to);
  });
}

coffer_code coffer_erase(coffer_store* store, const char* path, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path));
    COFFER_TRY(store->store.erase(path));
    return {};
  });
}

coffer_code coffer_history(coffer_store* store, const char* path, coffer_version* versions,
                           std::size_t capacity, std::size_t* count, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, count));
    if (capacity > 0) COFFER_TRY(require(versions));
    const coffer::History history = COFFER_TRY(store->store.history(path));
    *count = history.versions.size();
    for (std::size_t i = 0; i < *count && i < capacity; ++i)
      fill(versions + i, history.versions[i]);
    return {};
  });
}

coffer_code coffer_metadata_get(coffer_store* store, const char* path, coffer_bytes** json,
                                coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, json));
    *json = nullptr;
    *json = to_bytes(print_metadata(COFFER_TRY(store->store.metadata(path))));
    return {};
  });
}

coffer_code coffer_metadata_put(coffer_store* store, const char* path, const char* json,
                                int must_exist, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, path, json));
    return put_metadata_to(store->store, path, json, must_exist);
  });
}

coffer_code coffer_settings_get(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    *json = nullptr;
    *json = to_bytes(print_settings(COFFER_TRY(store->store.settings())));
    return {};
  });
}

coffer_code coffer_settings_put(coffer_store* store, const char* json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    COFFER_TRY(store->store.transaction([&](coffer::Transaction& txn) -> Result<void> {
      coffer::StoreSettings settings = COFFER_TRY(txn.settings());
      COFFER_TRY(apply_settings(json, settings));
      return txn.put_settings(settings);
    }));
    return {};
  });
}

coffer_code coffer_transact(coffer_store* store, coffer_transaction_body body, void* context,
                            coffer_error* error) {
  coffer_code given_up = COFFER_OK;
  const coffer_code code = run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    if (body == nullptr) return null_argument();
    COFFER_TRY(store->store.transaction([&](coffer::Transaction& txn) -> Result<void> {
      coffer_transaction handle{txn};
      given_up = body(&handle, context);
      if (given_up == COFFER_OK) return {};
      return coffer::Error{coffer::ErrorCode::failed,
                           "the transaction's body gave up; nothing was written"};
    }));
    return {};
  });
  if (code == COFFER_OK || given_up == COFFER_OK) return code;
  if (error != nullptr) error->code = given_up;
  return given_up;
}

coffer_code coffer_transaction_get(coffer_transaction* transaction, const char* path,
                                   std::uint64_t version, coffer_bytes** value,
                                   coffer_version* info, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path, value));
    *value = nullptr;
    const coffer::Secret secret = COFFER_TRY(transaction->transaction.get(path, version));
    fill(info, secret.info);
    *value = new coffer_bytes{secret.value.bytes().clone()};
    return {};
  });
}

coffer_code coffer_transaction_put(coffer_transaction* transaction, const char* path,
                                   const std::uint8_t* value, std::size_t size, int is_json,
                                   std::uint64_t cas, std::int64_t ttl_ms, coffer_version* written,
                                   coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path));
    const coffer::Value wrapped = COFFER_TRY(to_value(value, size, is_json));
    fill(written, COFFER_TRY(transaction->transaction.put(path, wrapped, to_options(cas, ttl_ms))));
    return {};
  });
}

coffer_code coffer_transaction_patch(coffer_transaction* transaction, const char* path,
                                     const char* merge_json, std::uint64_t cas, std::int64_t ttl_ms,
                                     coffer_version* written, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path, merge_json));
    fill(written,
         COFFER_TRY(transaction->transaction.patch(path, merge_json, to_options(cas, ttl_ms))));
    return {};
  });
}

coffer_code coffer_transaction_delete(coffer_transaction* transaction, const char* path,
                                      const std::uint64_t* versions, std::size_t count,
                                      coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path));
    return transaction->transaction.soft_delete(path, COFFER_TRY(to_versions(versions, count)));
  });
}

coffer_code coffer_transaction_destroy(coffer_transaction* transaction, const char* path,
                                       const std::uint64_t* versions, std::size_t count,
                                       coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path));
    return transaction->transaction.destroy(path, COFFER_TRY(some_versions(versions, count)));
  });
}

coffer_code coffer_transaction_erase(coffer_transaction* transaction, const char* path,
                                     coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path));
    return transaction->transaction.erase(path);
  });
}

coffer_code coffer_transaction_move(coffer_transaction* transaction, const char* from,
                                    const char* to, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, from, to));
    return transaction->transaction.move(from, to);
  });
}

coffer_code coffer_transaction_copy(coffer_transaction* transaction, const char* from,
                                    const char* to, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, from, to));
    return transaction->transaction.copy(from, to);
  });
}

coffer_code coffer_transaction_metadata_put(coffer_transaction* transaction, const char* path,
                                            const char* json, int must_exist, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(transaction, path, json));
    return put_metadata_to(transaction->transaction, path, json, must_exist);
  });
}
