// Tells a forked child from the process that opened something.
//
// One page that the kernel hands to a child as zeros (MADV_WIPEONFORK): it costs one load
// to ask, where getpid() costs a system call, and raw clone() is seen as well.
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
