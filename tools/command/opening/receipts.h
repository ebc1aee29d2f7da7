// Writes receipts of what a command erased, to standard output or to a file.
#pragma once

#include <coffer/store.h>

#include <string>
#include <vector>

namespace coffer::tools {

inline constexpr char kReceiptHelp[] =
    "Write a JSON receipt, authenticated by the store, of what was erased and what could not be";

/// For `--receipt`: collects the receipts, to be written when the command is done.
class Receipts {
 public:
  /// The sink for Context::open. This object must outlive the store.
  ReceiptSink sink();
  /// Writes each receipt as a line. Errors: io.
  Result<void> write() const;

 private:
  std::vector<std::string> texts_;
};

/// For `--receipts FILE`: durably adds a line to the file for each erasure. The file is opened now,
/// because after an erasure it is too late to fail. Errors: as open_own_file.
Result<ReceiptSink> receipts_to_file(const std::string& path);

}  // namespace coffer::tools
