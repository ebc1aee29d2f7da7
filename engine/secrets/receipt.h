// Receipts of what was erased: one line of JSON that ends in a tag which only the store's keys
// make (SPEC.md section 7.1).
#pragma once

#include <coffer/operations.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <string>

#include "format/records.h"
#include "keys/keyring/keyring.h"
#include "secrets/engine_state.h"

namespace coffer::secrets {

/// The text of a receipt; `receipt.text` is not looked at. A seal for each of what is gone.
std::string issue_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                          const ShredReceipt& receipt, const Seals& seals);

}  // namespace coffer::secrets
