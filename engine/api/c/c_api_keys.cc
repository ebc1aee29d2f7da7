// The C interface of key slots and of rotations.
#include <coffer/store_directory.h>

#include "api/c/c_handles.h"
#include "text/json_writer.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Result;
using coffer::json::Writer;

void append_slot(Writer& json, const coffer::KeySlotInfo& slot) {
  json.key("slot").number(slot.slot).key("provider").string(slot.provider);
  json.key("uri").string(slot.uri).key("key_id").string(slot.key_id);
}

coffer_bytes* list_of(const std::vector<coffer::KeySlotInfo>& slots) {
  Writer json;
  json.open('[');
  for (const coffer::KeySlotInfo& slot : slots) {
    append_slot(json.open('{'), slot);
    json.key("created_at_ms").number(slot.created_at_ms);
    json.key("last_used_at_ms").number(slot.last_used_at_ms).close('}');
  }
  return new coffer_bytes{json.close(']').take()};
}

Result<coffer::SlotKeyOptions> slot_keys_of(const char* const* uris, std::size_t count) {
  coffer::SlotKeyOptions options;
  options.keys = COFFER_TRY(parse_keys(uris, count));
  return options;
}

}  // namespace

coffer_code coffer_key_list(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, json));
    *json = nullptr;
    *json = list_of(COFFER_TRY(store->store.keys().slots()));
    return {};
  });
}

coffer_code coffer_key_list_unproven(const char* directory, coffer_bytes** json,
                                     coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(directory, json));
    *json = nullptr;
    *json = list_of(COFFER_TRY(coffer::unproven_key_slots(directory)));
    return {};
  });
}

coffer_code coffer_key_add(coffer_store* store, const char* key_uri, int* slot,
                           coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store, key_uri));
    const auto key = COFFER_TRY(coffer::KeySource::parse(key_uri));
    const int added = COFFER_TRY(store->store.keys().add(key));
    if (slot != nullptr) *slot = added;
    return {};
  });
}

coffer_code coffer_key_remove(coffer_store* store, int slot, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    return store->store.keys().remove(slot);
  });
}

coffer_code coffer_key_rewrap(coffer_store* store, int slot, const char* const* key_uris,
                              std::size_t key_count, coffer_bytes** json, coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    if (json != nullptr) *json = nullptr;
    const auto slots =
        COFFER_TRY(store->store.keys().rewrap(slot, COFFER_TRY(slot_keys_of(key_uris, key_count))));
    Writer text;
    text.open('[');
    for (const coffer::RewrappedSlot& each : slots) {
      append_slot(text.open('{'), each.slot);
      text.key("key_id_before").string(each.key_id_before).key("skipped").boolean(each.skipped);
      text.key("code").string(each.error ? code_name(each.error->code()) : "ok").close('}');
    }
    if (json != nullptr) *json = new coffer_bytes{text.close(']').take()};
    return {};
  });
}

coffer_code coffer_key_rotate(coffer_store* store, const char* const* key_uris,
                              std::size_t key_count, const int* without, std::size_t without_count,
                              coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    if (without_count > 0) COFFER_TRY(require(without));
    coffer::RotateKeyOptions options;
    options.slot_keys = COFFER_TRY(slot_keys_of(key_uris, key_count));
    options.without.assign(without, without + without_count);
    COFFER_TRY(store->store.keys().rotate(options));
    return {};
  });
}

coffer_code coffer_key_rotate_data(coffer_store* store, coffer_progress progress, void* context,
                                   coffer_error* error) {
  return run(error, [&]() -> Result<void> {
    COFFER_TRY(require(store));
    coffer::RotateDataOptions options;
    if (progress != nullptr)
      options.progress = [&](std::uint64_t done, std::uint64_t all) {
        return progress(context, done, all) == COFFER_OK;
      };
    COFFER_TRY(store->store.keys().rotate_data(options));
    return {};
  });
}
