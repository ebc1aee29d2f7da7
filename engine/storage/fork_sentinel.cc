#include "storage/fork_sentinel.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <mutex>
#include <set>

namespace coffer::storage {
namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

// Linux before 4.14 and some sandboxes lack MADV_WIPEONFORK. There a pthread_atfork handler zeroes
// these bytes in the child before fork() returns. A raw clone() goes unnoticed.
struct OwnBytes {
  std::mutex mutex;
  std::set<unsigned char*> all;
};
OwnBytes& own_bytes() {
  static auto* const instance = new OwnBytes;
  return *instance;
}

void watch_forks() {
  static const int registered =
      pthread_atfork([] { own_bytes().mutex.lock(); }, [] { own_bytes().mutex.unlock(); },
                     [] {
                       for (unsigned char* byte : own_bytes().all) *byte = 0;
                       own_bytes().mutex.unlock();
                     });
  (void)registered;  // Registration fails only when memory is exhausted.
}

unsigned char* new_own_byte() {
  watch_forks();
  const std::lock_guard lock(own_bytes().mutex);
  return *own_bytes().all.insert(new unsigned char(1)).first;
}

bool forget_own_byte(unsigned char* byte) {
  const std::lock_guard lock(own_bytes().mutex);
  if (own_bytes().all.erase(byte) == 0) return false;
  delete byte;
  return true;
}

}  // namespace

ForkSentinel::ForkSentinel() {
  void* page =
      mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page != MAP_FAILED && madvise(page, page_bytes(), MADV_WIPEONFORK) == 0) {
    auto* byte = static_cast<unsigned char*>(page);
    *byte = 1;
    page_ = byte;
    return;
  }
  if (page != MAP_FAILED) munmap(page, page_bytes());
  page_ = new_own_byte();
}

ForkSentinel::~ForkSentinel() {
  auto* byte = const_cast<unsigned char*>(page_);
  if (!forget_own_byte(byte)) munmap(byte, page_bytes());
}

}  // namespace coffer::storage
