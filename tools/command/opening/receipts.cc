#include "tools/command/opening/receipts.h"

#include <unistd.h>

#include <memory>

#include "tools/command/fail.h"
#include "tools/command/streams/output.h"
#include "tools/command/streams/own_file.h"

namespace coffer::tools {
namespace {

struct Opened {
  int fd = -1;
  ~Opened() {
    if (fd >= 0) close(fd);
  }
};

}  // namespace

ReceiptSink Receipts::sink() {
  return [this](const ShredReceipt& receipt) { texts_.push_back(receipt.text); };
}

Result<void> Receipts::write() const {
  if (texts_.empty()) note("nothing was erased, so there is no receipt");
  for (const std::string& text : texts_) COFFER_TRY(write_line(text));
  return {};
}

Result<ReceiptSink> receipts_to_file(const std::string& path) {
  auto file = std::make_shared<Opened>();
  file->fd = COFFER_TRY(open_own_file(path));
  return ReceiptSink([file, path](const ShredReceipt& receipt) {
    // One write for the line, so that commands running at once do not mix their lines.
    const std::string line = receipt.text + '\n';
    const bool written = write_all(file->fd, as_bytes(line)) && fdatasync(file->fd) == 0;
    if (!written) warn("the data was erased, but the receipt could not be written to " + path);
  });
}

}  // namespace coffer::tools
