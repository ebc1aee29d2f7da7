// The C interface of key slots and of rotations.
#include <coffer/store_directory.h>

#include "api/c/c_handles.h"
#include "engine/text/json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Result;
using coffer::SecretBytes;

void append_slot(SecretBytes& text, const coffer::KeySlotInfo& slot) {
  text.append(text.empty() ? "[" : ",");
  text.append(R"({"slot":)" + std::to_string(slot.slot) + R"(,"provider":)");
  coffer::json::append_quoted(text, slot.provider);
  text.append(R"(,"uri":)");
  coffer::json::append_quoted(text, slot.uri);
  text.append(R"(,"key_id":)");
  coffer::json::append_quoted(text, slot.key_id);
}

coffer_bytes* list_of(SecretBytes text) {
  text.append(text.empty() ? "[]" : "]");
  return new coffer_bytes{std::move(text)};
}

coffer_bytes* list_of(const std::vector<coffer::KeySlotInfo>& slots) {
  SecretBytes text;
  for (const coffer::KeySlotInfo& slot : slots) {
    append_slot(text, slot);
    text.append(R"(,"created_at_ms":)" + std::to_string(slot.created_at_ms));
    text.append(R"(,"last_used_at_ms":)" + std::to_string(slot.last_used_at_ms) + "}");
  }
  return list_of(std::move(text));
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
    SecretBytes text;
    for (const coffer::RewrappedSlot& each : slots) {
      append_slot(text, each.slot);
      text.append(R"(,"key_id_before":)");
      coffer::json::append_quoted(text, each.key_id_before);
      text.append(R"(,"skipped":)");
      text.append(each.skipped ? "true" : "false");
      text.append(R"(,"code":)");
      coffer::json::append_quoted(text, each.error ? code_name(each.error->code()) : "ok");
      text.append("}");
    }
    if (json != nullptr) *json = list_of(std::move(text));
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
