// Where the verifier's bytes come from: an image in memory, or an open file read piece by piece.
//
// A file that other processes have open is read, not mapped: if it is cut short meanwhile, a
// mapping raises SIGBUS, while a read only returns less.
#pragma once

#include <coffer/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "storage/pages/page_verifier.h"

namespace coffer::storage::pages {

class PageSource {
 public:
  /// A buffer for sources that have no memory of their own. What read() returned is valid until
  /// the room is used again.
  using Room = std::vector<std::uint8_t>;

  PageSource() = default;
  virtual ~PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;

  /// The size when the source was made.
  virtual std::uint64_t size() const = 0;
  /// The caller asks for bytes inside size() only. Null if they cannot be read or are gone.
  virtual const std::uint8_t* read(std::uint64_t offset, std::size_t size, Room& room) const = 0;
};

class ImageSource : public PageSource {
 public:
  explicit ImageSource(ByteView image) : image_(image) {}
  std::uint64_t size() const override { return image_.size(); }
  const std::uint8_t* read(std::uint64_t offset, std::size_t size, Room& /*room*/) const override {
    COFFER_CHECK(offset <= image_.size() && size <= image_.size() - offset);
    return image_.data() + offset;
  }

 private:
  ByteView image_;
};

class FileSource : public PageSource {
 public:
  FileSource(int file_descriptor, std::uint64_t size) : fd_(file_descriptor), size_(size) {}
  std::uint64_t size() const override { return size_; }
  const std::uint8_t* read(std::uint64_t offset, std::size_t size, Room& room) const override;

 private:
  int fd_;
  std::uint64_t size_;
};

/// Verifies the trees of the newest transaction. Errors: as verify_pages(); busy if it is not the
/// `wanted` one.
Result<PageReport> verify(const PageSource& file, std::optional<std::uint64_t> wanted = {});
/// Verifies the heads of both meta pages, which is all that LMDB reads before its first
/// transaction.
Result<void> verify_headers(const PageSource& file);

}  // namespace coffer::storage::pages
