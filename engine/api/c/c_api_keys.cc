// The C interface's calls about key slots and rotations.
#include <coffer/store_directory.h>

#include "api/c/c_handles.h"
#include "api/c/c_json.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

namespace {

using coffer::Error;
using coffer::ErrorCode;
using coffer::Result;
using coffer::Store;

Result<coffer::RotateKeyOptions> key_options_of(const coffer_key_options* options) {
  const coffer_key_options given = COFFER_TRY(sized(options));
  if (given.without_count > 0 && given.without == nullptr) return null_argument();
  coffer::RotateKeyOptions rotate;
  rotate.slot_keys.keys = COFFER_TRY(parse_keys(given.key_uris, given.key_count));
  rotate.without.assign(given.without, given.without + given.without_count);
  return rotate;
}

}  // namespace

coffer_code coffer_key_list(coffer_store* store, coffer_bytes** json, coffer_error* error) {
  return on_store(store, error, given(json), [&](Store& open) -> Result<void> {
    *json = to_bytes(print_slots(COFFER_TRY(open.keys().slots())));
    return {};
  });
}

coffer_code coffer_key_list_unproven(const char* directory, coffer_bytes** json,
                                     coffer_error* error) {
  return run(error, given(directory, json), [&]() -> Result<void> {
    *json = to_bytes(print_slots(COFFER_TRY(coffer::unproven_key_slots(directory))));
    return {};
  });
}

coffer_code coffer_key_add(coffer_store* store, const char* key_uri, int* slot,
                           coffer_error* error) {
  return on_store(store, error, given(key_uri), [&](Store& open) -> Result<void> {
    const int added = COFFER_TRY(open.keys().add(COFFER_TRY(coffer::KeySource::parse(key_uri))));
    if (slot != nullptr) *slot = added;
    return {};
  });
}

coffer_code coffer_key_remove(coffer_store* store, int slot, coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) { return open.keys().remove(slot); });
}

coffer_code coffer_key_rewrap(coffer_store* store, int slot, const coffer_key_options* options,
                              coffer_bytes** json, coffer_error* error) {
  if (json != nullptr) *json = nullptr;
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    const auto how = COFFER_TRY(key_options_of(options));
    if (!how.without.empty()) return Error(ErrorCode::usage, "only a rotation can give up slots");
    const auto slots = COFFER_TRY(open.keys().rewrap(slot, how.slot_keys));
    if (json != nullptr) *json = to_bytes(print_rewrapped(slots));
    return {};
  });
}

coffer_code coffer_key_rotate(coffer_store* store, const coffer_key_options* options,
                              coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) -> Result<void> {
    return settled(open.keys().rotate(COFFER_TRY(key_options_of(options))));
  });
}

coffer_code coffer_key_rotate_data(coffer_store* store, coffer_progress progress, void* context,
                                   coffer_error* error) {
  return on_store(store, error, true, [&](Store& open) {
    coffer::RotateDataOptions options;
    if (progress != nullptr)
      options.progress = [&](std::uint64_t done, std::uint64_t all) {
        return progress(context, done, all) == COFFER_OK;
      };
    return open.keys().rotate_data(options);
  });
}
