#include "storage/fork_sentinel.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

#include "base/check.h"

namespace coffer::storage {
namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

ForkSentinel::ForkSentinel() {
  void* page =
      mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  COFFER_CHECK(page != MAP_FAILED);
  COFFER_CHECK(madvise(page, page_bytes(), MADV_WIPEONFORK) == 0);
  auto* byte = static_cast<unsigned char*>(page);
  *byte = 1;
  page_ = byte;
}

ForkSentinel::~ForkSentinel() { munmap(const_cast<unsigned char*>(page_), page_bytes()); }

}  // namespace coffer::storage
