// The C interface's calls about the rollback anchor.
#include "api/c/c_handles.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

coffer_code coffer_anchor_set(coffer_store* store, const char* uri, coffer_anchor_every every,
                              coffer_error* error) {
  return on_store(store, error, given(uri), [&](coffer::Store& open) -> coffer::Result<void> {
    if (every < COFFER_ANCHOR_AUTOMATIC || every > COFFER_ANCHOR_SHRED)
      return coffer::Error(coffer::ErrorCode::usage, "there is no such cadence of an anchor");
    return open.anchor().set(uri, static_cast<coffer::AnchorCadence>(every));
  });
}

coffer_code coffer_anchor_update(coffer_store* store, coffer_error* error) {
  return on_store(store, error, true, [](coffer::Store& open) { return open.anchor().update(); });
}

coffer_code coffer_anchor_remove(coffer_store* store, coffer_error* error) {
  return on_store(store, error, true, [](coffer::Store& open) { return open.anchor().remove(); });
}
