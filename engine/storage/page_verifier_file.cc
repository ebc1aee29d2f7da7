// The verifier on an open file: a private mapping, and the signs that somebody wrote meanwhile.
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "storage/page_layout.h"
#include "storage/page_verifier.h"

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

}  // namespace

Result<PageReport> verify_pages(int file_descriptor) {
  struct stat before {};
  if (::fstat(file_descriptor, &before) != 0) {
    return Error(ErrorCode::io, "the data file cannot be examined").with_errno(errno);
  }
  if (!S_ISREG(before.st_mode)) return Error(ErrorCode::corrupt, "the data file is no plain file");
  if (before.st_size < static_cast<off_t>(pages::kMetaBytes)) {
    return Error(ErrorCode::corrupt, "the data file is too short").with_number(0);
  }
  const Mapping mapping(file_descriptor, static_cast<std::size_t>(before.st_size));
  if (!mapping.ok()) {
    return Error(ErrorCode::io, "the data file cannot be mapped").with_errno(errno);
  }
  Result<PageReport> report = verify_pages(mapping.view());
  struct stat after {};
  if (::fstat(file_descriptor, &after) != 0) {
    return Error(ErrorCode::io, "the data file cannot be examined").with_errno(errno);
  }
  const bool touched =
      after.st_size != before.st_size || !same_moment(after.st_mtim, before.st_mtim);
  if (after.st_size < before.st_size || (!report.ok() && touched)) {
    return Error(ErrorCode::busy, "the data file was written while it was checked");
  }
  return report;
}

}  // namespace coffer::storage
