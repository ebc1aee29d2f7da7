// Where the verifier's bytes come from: an image in memory, or an open file read piece by piece.
//
// A file is read, not mapped, where others have it open: what is cut off under a mapping is a
// signal, what is cut off under a read is a short answer.
#pragma once

#include <coffer/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "storage/pages/page_verifier.h"

namespace coffer::storage::pages {

class PageSource {
 public:
  /// Where a source puts what it has no memory of; what it answered is valid until the next use.
  using Room = std::vector<std::uint8_t>;

  PageSource() = default;
  virtual ~PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;

  /// As it was when the source was made.
  virtual std::uint64_t size() const = 0;
  /// Bytes that lie inside size(). Null where they cannot be read, or are there no more.
  virtual const std::uint8_t* read(std::uint64_t offset, std::size_t size, Room& room) const = 0;
};

class ImageSource : public PageSource {
 public:
  explicit ImageSource(ByteView image) : image_(image) {}
  std::uint64_t size() const override { return image_.size(); }
  const std::uint8_t* read(std::uint64_t offset, std::size_t /*size*/,
                           Room& /*room*/) const override {
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

/// The trees of the newest transaction. Errors: as verify_pages(); busy where another one was
/// wanted.
Result<PageReport> verify(const PageSource& file, std::optional<std::uint64_t> wanted = {});
/// What LMDB reads of a file before its first transaction: the head of both meta pages.
Result<void> verify_headers(const PageSource& file);

}  // namespace coffer::storage::pages
