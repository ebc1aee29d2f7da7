// The verifier on an open file: through a private mapping, with a check that the file stayed the
// same; or page by page if other processes may write it.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "storage/pages/page_layout.h"
#include "storage/pages/page_source.h"
#include "storage/pages/page_verifier.h"

namespace coffer::storage {
namespace {

class Mapping {
 public:
  Mapping(int file_descriptor, std::size_t size)
      : address_(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file_descriptor, 0)), size_(size) {}
  ~Mapping() {
    if (ok()) ::munmap(address_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  bool ok() const { return address_ != MAP_FAILED; }  // NOLINT: the macro is a C cast
  ByteView view() const { return {static_cast<const std::uint8_t*>(address_), size_}; }

 private:
  void* address_;
  std::size_t size_;
};

bool same_moment(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

Result<std::uint64_t> size_of(int file_descriptor) {
  struct stat status {};
  if (::fstat(file_descriptor, &status) != 0)
    return Error(ErrorCode::io, "the data file cannot be examined").with_errno(errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

const std::uint8_t* pages::FileSource::read(std::uint64_t offset, std::size_t size,
                                            Room& room) const {
  COFFER_CHECK(offset <= size_ && size <= size_ - offset);
  room.resize(std::max(room.size(), size));
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(fd_, room.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return nullptr;
    done += static_cast<std::size_t>(got);
  }
  return room.data();
}

Result<PageReport> verify_snapshot(int file_descriptor, std::uint64_t transaction) {
  const pages::FileSource file(file_descriptor, COFFER_TRY(size_of(file_descriptor)));
  return pages::verify(file, transaction);
}

Result<void> verify_headers(int file_descriptor) {
  return pages::verify_headers(
      pages::FileSource(file_descriptor, COFFER_TRY(size_of(file_descriptor))));
}

Result<PageReport> verify_pages(int file_descriptor) {
  struct stat before {};
  if (::fstat(file_descriptor, &before) != 0)
    return Error(ErrorCode::io, "the data file cannot be examined").with_errno(errno);
  if (!S_ISREG(before.st_mode))
    return Error(ErrorCode::corrupt, "the data file is not a regular file");
  if (before.st_size < static_cast<off_t>(pages::kMetaBytes))
    return Error(ErrorCode::corrupt, "the data file is too short").with_number(0);
  const Mapping mapping(file_descriptor, static_cast<std::size_t>(before.st_size));
  if (!mapping.ok())
    return Error(ErrorCode::io, "the data file cannot be mapped").with_errno(errno);
  Result<PageReport> report = verify_pages(mapping.view());
  struct stat after {};
  if (::fstat(file_descriptor, &after) != 0)
    return Error(ErrorCode::io, "the data file cannot be examined").with_errno(errno);
  const bool touched =
      after.st_size != before.st_size || !same_moment(after.st_mtim, before.st_mtim);
  if (after.st_size < before.st_size || (!report.ok() && touched))
    return Error(ErrorCode::busy, "the data file changed while it was being checked");
  return report;
}

}  // namespace coffer::storage
