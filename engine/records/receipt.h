// Receipts of what was erased: one line of JSON that ends in a tag which only the store's keys
// make (SPEC.md section 7.1).
#pragma once

#include <coffer/operations.h>
#include <coffer/reports.h>
#include <coffer/result.h>

#include <string>
#include <string_view>
#include <vector>

#include "format/records.h"
#include "keys/keyring/keyring.h"
#include "records/writing.h"

namespace coffer::records {

/// ShredReceipt::erase if epoch keys are kept in a TPM: copies of the files hold none then.
inline constexpr std::string_view kErasedInTpm = "tpm-nv";

/// What a receipt says is gone.
struct GoneItem {
  format::Kind kind = format::Kind::secret;
  std::string name;
  std::uint64_t version = 0;
  std::string seal;
};

/// A receipt's members.
struct ReceiptContents {
  ReceiptInfo info;
  std::vector<GoneItem> gone;
};

/// The text of a receipt; `receipt.text` is not looked at. A seal for each of what is gone.
std::string issue_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                          const ShredReceipt& receipt, const Seals& seals);
/// Errors: usage (no receipt), corrupt (altered, or of another store), too_new.
Result<ReceiptContents> open_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                                     std::string_view text);

}  // namespace coffer::records
