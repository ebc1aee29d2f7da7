// The C interface's calls about receipts.
#include "api/c/c_handles.h"

using namespace coffer::c_api;  // NOLINT(google-build-using-namespace): this file is its door.

coffer_code coffer_on_receipt(coffer_store* store, coffer_receipt_sink sink, void* context,
                              coffer_error* error) {
  return on_store(store, error, true, [&](coffer::Store& open) -> coffer::Result<void> {
    coffer::ReceiptSink hears;
    if (sink != nullptr) {
      hears = [sink, context](const coffer::ShredReceipt& receipt) {
        sink(context, receipt.text.data(), receipt.text.size());
      };
    }
    open.audit().on_receipt(std::move(hears));
    return {};
  });
}

coffer_code coffer_receipt_verify(coffer_store* store, const char* text, std::size_t size,
                                  coffer_error* error) {
  return on_store(store, error, given(text), [&](coffer::Store& open) {
    return open.audit().verify_receipt({text, size});
  });
}
