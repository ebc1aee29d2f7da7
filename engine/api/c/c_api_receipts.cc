// The C interface's calls about receipts.
#include "api/c/c_handles.h"

using coffer::c_api::require;
using coffer::c_api::run;

coffer_code coffer_on_receipt(coffer_store* store, coffer_receipt_sink sink, void* context,
                              coffer_error* error) {
  return run(error, [&]() -> coffer::Result<void> {
    COFFER_TRY(require(store));
    coffer::ReceiptSink told;
    if (sink != nullptr) {
      told = [sink, context](const coffer::ShredReceipt& receipt) {
        sink(context, receipt.text.data(), receipt.text.size());
      };
    }
    store->store.audit().on_receipt(std::move(told));
    return {};
  });
}

coffer_code coffer_receipt_verify(coffer_store* store, const char* text, std::size_t size,
                                  coffer_error* error) {
  return run(error, [&]() -> coffer::Result<void> {
    COFFER_TRY(require(store, text));
    COFFER_TRY(store->store.audit().verify_receipt({text, size}));
    return {};
  });
}
