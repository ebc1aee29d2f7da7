// Receipts of what a command erased, on standard output or in a file.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

inline constexpr char kReceiptHelp[] =
    "Write what was erased, and what is out of reach, as JSON that the store vouches for";

/// For `--receipt`: what is erased while it lives, to be written when all is done.
class Receipts {
 public:
  /// To be handed to Context::open; this must outlive the store.
  ReceiptSink sink();
  /// A line each. Errors: io.
  Result<void> write() const;

 private:
  std::vector<std::string> texts_;
};

/// For `--receipts FILE`: adds a line to the file for each erasing, durably. The file is opened
/// now, for after an erasing it would be too late to refuse. Errors: as open_own_file.
Result<ReceiptSink> receipts_to_file(const std::string& path);

}  // namespace coffer::tools
