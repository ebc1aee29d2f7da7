#include "tools/receipts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "tools/fail.h"
#include "tools/output.h"

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
  file->fd =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
  if (file->fd < 0) {
    return Error(ErrorCode::io, "receipts cannot be written there; nothing was done")
        .about(Subject::Kind::file, path)
        .with_errno(errno);
  }
  return ReceiptSink([file, path](const ShredReceipt& receipt) {
    // One write: lines of commands that run at once do not mix.
    const std::string line = receipt.text + '\n';
    // A pipe or terminal cannot be synced, and need not be.
    const bool written = write_all(file->fd, as_bytes(line)) &&
                         (fdatasync(file->fd) == 0 || errno == EINVAL || errno == EROFS);
    if (!written) warn("the receipt could not be written to " + path + "; the erasing is done");
  });
}

}  // namespace coffer::tools
