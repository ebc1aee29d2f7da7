// The C interface's calls about the rollback anchor.
#include "api/c/c_handles.h"

using coffer::c_api::require;
using coffer::c_api::run;

coffer_code coffer_anchor_set(coffer_store* store, const char* uri, coffer_anchor_every every,
                              coffer_error* error) {
  return run(error, [&]() -> coffer::Result<void> {
    COFFER_TRY(require(store, uri));
    if (every < COFFER_ANCHOR_AUTOMATIC || every > COFFER_ANCHOR_SHRED)
      return coffer::Error{coffer::ErrorCode::usage, "there is no such cadence of an anchor"};
    return store->store.anchor().set(uri, static_cast<coffer::AnchorCadence>(every));
  });
}

coffer_code coffer_anchor_update(coffer_store* store, coffer_error* error) {
  return run(error, [&]() -> coffer::Result<void> {
    COFFER_TRY(require(store));
    return store->store.anchor().update();
  });
}

coffer_code coffer_anchor_remove(coffer_store* store, coffer_error* error) {
  return run(error, [&]() -> coffer::Result<void> {
    COFFER_TRY(require(store));
    return store->store.anchor().remove();
  });
}
