#include "storage/reader_keeper.h"

#include <csignal>

#include "base/check.h"

namespace coffer::storage {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{200};

// A thread inherits this mask, so that the host's signal handlers never run on it.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

ReaderKeeper::~ReaderKeeper() {
  if (!thread_) return;
  {
    const std::lock_guard lock(mutex_);
    count_ = 0;
  }
  changed_.notify_all();
  thread_->join();
}

void ReaderKeeper::add() {
  const std::lock_guard lock(mutex_);
  if (!running_) {
    // The previous thread has left its loop under this lock, so the join does not wait.
    if (thread_) thread_->join();
    thread_.reset();
    const SignalsBlocked blocked;
    thread_ = std::make_unique<std::thread>([this] { run(); });
    running_ = true;
  }
  ++count_;
}

void ReaderKeeper::remove() {
  {
    const std::lock_guard lock(mutex_);
    COFFER_CHECK(count_ > 0);
    --count_;
  }
  changed_.notify_all();
}

void ReaderKeeper::run() {
  std::unique_lock lock(mutex_);
  while (count_ > 0) {
    changed_.wait_for(lock, kBetweenLooks);
    if (count_ == 0) break;
    lock.unlock();
    look_();
    lock.lock();
  }
  running_ = false;
}

}  // namespace coffer::storage
