// Tells a forked child from the process that opened the store.
//
// The kernel gives a child this page as zeros (MADV_WIPEONFORK). Asking costs one load, while
// getpid() costs a system call, and the page also reveals a raw clone().
#pragma once

namespace coffer::storage {

class ForkSentinel {
 public:
  ForkSentinel();
  ~ForkSentinel();
  ForkSentinel(const ForkSentinel&) = delete;
  ForkSentinel& operator=(const ForkSentinel&) = delete;

  bool in_child() const { return *page_ == 0; }

 private:
  const volatile unsigned char* page_;
};

}  // namespace coffer::storage
