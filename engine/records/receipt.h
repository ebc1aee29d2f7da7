// Receipts of what was erased: one line of JSON that ends in a tag, which only the store's keys can
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

/// ShredReceipt::erase if a TPM keeps the epoch keys: copies of the files then hold none.
inline constexpr std::string_view kErasedInTpm = "tpm-nv";

/// A version or document that a receipt lists as gone.
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

/// Writes the text of a receipt; ignores `receipt.text`. `seals` has one seal for each thing gone.
std::string issue_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                          const ShredReceipt& receipt, const Seals& seals);
/// Errors: usage (not a receipt), corrupt (altered, or another store's), too_new.
Result<ReceiptContents> open_receipt(const keys::IndexKeys& keys, const format::StoreId& store,
                                     std::string_view text);

}  // namespace coffer::records
